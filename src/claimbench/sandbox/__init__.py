"""Running untrusted Python programs.

What a locked program meets: no network, no file reads beyond the standard library (and numpy, where
it imports it), no new processes, bounded CPU, memory and output; expected answers never enter its
process; all of it self-tested at start. That is not the same as "secure": it rests on the Linux
kernel, through which a kernel bug is a way out. docs/sandbox.md says what is not covered.

    trusted parent (grading worker)     holds the expected outputs, compares
      └─ zygote, one to three a worker   warm interpreter; forks a child per program, sets its
           │                            limits, waits for it, kills it: its supervisor
           └─ locked child              the program; cannot fork, so nothing can outlive it

Levels, best first, each found working by the self-test before it is used:

    A  bubblewrap's namespaces around the zygote, and all of B
    B  Landlock, seccomp, limits
    C  seccomp that also denies every open once the program's modules are imported; for kernels
       without Landlock
    D  limits only: refused unless asked for

Everything here but `box` and `levels` also runs inside the zygote, so it imports little.
"""
