"""What passes on an interface: `watch.py INTERFACE WORD`, until its input ends; then it tells.

Prints the UDP and TCP ports that packets went to, and whether the word was to be read in one.
"""

import json
import select
import socket
import struct
import sys

ETH_P_ALL, ETH_P_IP, HEAD = 3, 0x0800, 14
raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
raw.bind((sys.argv[1], 0))
word, seen, readable = sys.argv[2].encode(), set(), False
print("watching", flush=True)
while sys.stdin not in select.select([raw, sys.stdin], [], [])[0]:
    packet = raw.recv(65536)
    readable |= word in packet
    if struct.unpack("!H", packet[12:14])[0] == ETH_P_IP:
        protocol, length = packet[HEAD + 9], 4 * (packet[HEAD] & 15)
        ports = packet[HEAD + length : HEAD + length + 4]
        if protocol in (socket.IPPROTO_UDP, socket.IPPROTO_TCP):
            seen |= {(protocol, port) for port in struct.unpack("!HH", ports)}
print(json.dumps({"ports": sorted(seen), "readable": readable}))
