"""The independent watchdog: a second, small process that acts when the control process cannot.

    node    what it hears of the control node, and when it asks its rules
    voice   zero velocities and the halt of the base, in the control node's own words
    main    entry point of its process

All rules are in ``lanyard_core.safety.overseer``. The process shares nothing with the control
node but the topics: a crash, a hang or a pause there does not reach here.
"""
