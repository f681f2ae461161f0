"""The heap does not grow by large blocks, whatever was freed before."""

import subprocess
import sys

# glibc raises its own bound when a block this large is freed: the next make the heap grow.
SCRIPT = """
import ctypes
from pathlib import Path
from lanyard_node_support.allocator import LARGE_BYTES, keep_large_blocks_apart

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]

def is_on_the_heap(size):
    block = libc.malloc(size)
    maps = Path("/proc/self/maps").read_text().splitlines()
    (heap,) = [line.split()[0].split("-") for line in maps if line.endswith("[heap]")]
    libc.free(block)
    return int(heap[0], 16) <= block < int(heap[1], 16)

libc.free(libc.malloc(16 * LARGE_BYTES))
before = is_on_the_heap(2 * LARGE_BYTES)
assert keep_large_blocks_apart()
print(before, is_on_the_heap(8 * LARGE_BYTES), is_on_the_heap(LARGE_BYTES // 8))
"""


def test_what_no_hole_of_the_heap_has_room_for_is_kept_off_it():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
    assert done.stdout.split() == ["True", "False", "True"], done.stderr
