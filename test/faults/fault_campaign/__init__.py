"""The fault campaign: processes are killed and paused while a client drives the simulated robot.

python -m fault_campaign --count 100            what `make faults` runs

causes      what is done to whom, and which net must then stop the robot
bounds      how long and how far it may move after that, from the parameters in force
stack       the real processes, started as demo.launch.xml starts them
observer    a process of its own that sees how the base truly moves, and prints it
sight       what the observer has seen, for the campaign to wait for and to judge by
teleop      the client's process: lanyard_client, told by the campaign when to arm and drive
operator    the campaign's end of it: the person who arms
injection   one injection from driving off to the verdict
campaign    all of them, each cause in turn, resumable
records     what is kept of each injection, in a file of JSON lines
summary     the figures of each cause
picture     the figures as histograms (needs matplotlib)
seeded_bugs nodes that are broken on purpose, to show that the campaign finds it
command     the command line
"""
