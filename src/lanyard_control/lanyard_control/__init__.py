"""Real-time control node: command authority, watchdogs, safety machine, velocity limits.

    main           starts the process
    node           parameters, publishers, subscriptions; puts the rest together
    services       requests of others, answered from the tick that judged them
    configuration  the machine's limits from the parameters
    mailbox        what crosses from the executor's thread to the loop's, bounded
    senses         latest measurements, with the time of their arrival
    controller     one tick: collect, ``step``, publish
    loop           the thread that ticks at absolute deadlines
    voice          the controller's publishers
    statistics     how well the loop keeps time, and why it stopped the robot
    histogram      durations, counted without growing
    report         diagnostics and log lines, outside the loop's thread
    watchdog       the second process, for when this one is gone or hangs

All rules are in ``lanyard_core.safety``; this package only supplies time, nonces and messages.
"""
