"""The fault campaign: processes are killed and paused while a client drives the simulated robot.

    causes       what is done to whom, and which net must then stop the robot
    bounds       how long and how far it may move after that, from the parameters in force
    verdict      what breaks an injection
    stack        the real processes, started as demo.launch.xml starts them
    process      one of them
    observer     a process of its own that sees how the base truly moves, and prints it
    sight        what the observer has seen, to wait for and to judge by
    teleop       the client's process, which drives with lanyard_client
    person       who arms and drives through it
    injection    one injection, from driving off to its record
    campaign     all of them
    records      what is kept of each, in a file of JSON lines
    summary      the figures of each cause
    picture      the same as histograms (needs matplotlib)
    seeded_bugs  nodes that are broken on purpose, which must be found
    priority     real-time priorities, where the machine allows them
    host         what the machine under it all was up to
    progress     what is shown meanwhile
    command      the command line

``python -m fault_campaign --help`` says how to run it; docs/faults.md what it means.
"""
