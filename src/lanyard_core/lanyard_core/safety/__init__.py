"""The safety machine and its rules: when the robot may move, and how it stops.

    states      names and numbers of states, causes, acknowledgements, priorities
    limits      what is allowed and how long silence may last; the range of each figure
    values      what one tick is given, and what it answers
    table       the transition table, and nothing else
    causes      how severe each cause is, and what an operator should do about it
    authority   who holds the lease, and when it ends
    stream      which commands count: order, freshness, values, gaps
    watch       what the sensors, the stop input, the gateway and the clockwork say
    ramp        velocities: clamp, brake, approach
    tick        one tick under way: what is raised, phase by phase
    machine     ``step``: all of the above, in one order, and how a tick ends
    selftest    a drive in virtual time, before anything real may move
    exhaustive  every state and transition of the above, checked
    describe    prints docs/safety-machine.md
    overseer    the other process's rules: when the control node itself counts as gone

The machine knows no clock and no date. It is told how much time went by and how old each thing is,
so that a step means the same at any hour, and the exhaustive check can walk every state of the
function that ships.
"""
