"""Running untrusted Python programs.

What a restricted program meets: no network, no file reads beyond the standard library (and numpy,
where it imports it), no new processes, bounded CPU, memory and output; expected answers never enter
its process; all of it self-tested at start. That is not the same as "secure": it rests on the Linux
kernel, through which a kernel bug is a way out. docs/sandbox.md says what is not covered.

    trusted parent (grading worker)     holds the expected outputs, compares
      └─ zygote, one to three a worker   warm interpreter; forks a child per program, sets its
           │                            limits, waits for it, kills it: its supervisor
           └─ restricted child          the program; cannot fork, so nothing can outlive it

Isolation, best first, each found working by the self-test before it is used:

    namespaces  bubblewrap's namespaces around the zygote, and all of `landlock`
    landlock    Landlock, seccomp, limits
    seccomp     seccomp that also denies every open once the program's modules are imported; for
                kernels without Landlock
    rlimits     limits only: refused unless asked for

In the trusted parent: `isolation`, `self_test`, `client`, `bubblewrap`, `memory_files`. Everything
else also runs inside the zygote, so it imports little.
"""
