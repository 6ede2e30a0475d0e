"""A real Slurm on this machine for the tests: munged, slurmctld and slurmd, one node of two CPUs.

Everything lives in one folder and on ports of its own; root is needed, since slurmd starts jobs.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol", "scancel")

CONF = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort={control}
SlurmdPort={node}
SlurmctldPidFile={home}/slurmctld.pid
SlurmdPidFile={home}/slurmd.pid
StateSaveLocation={home}/state
SlurmdSpoolDir={home}/spool
SlurmctldLogFile={home}/slurmctld.log
SlurmdLogFile={home}/slurmd.log
AuthType=auth/munge
# A task that is queued again waits as long as a credential lives: 120 seconds by default.
AuthInfo=socket={home}/munge.socket,cred_expire=5
CryptoType=crypto/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=1,batch_sched_delay=0
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
KillWait=5
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=test Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> str:
    """Why no Slurm can be started here; empty where it can."""
    if os.geteuid() != 0:
        return "starting Slurm needs root"
    lacking = [name for name in PROGRAMS if shutil.which(name, path=_path()) is None]
    return f"not installed: {', '.join(lacking)} (slurm-wlm, munge)" if lacking else ""


@contextmanager
def slurm(home: Path) -> Iterator[dict[str, str]]:
    """Start it in `home`; gives the environment in which Slurm's commands find it."""
    environment = {**os.environ, "SLURM_CONF": str(home / "slurm.conf"), "PATH": _path()}
    host = socket.gethostname().split(".")[0]
    for folder in ("state", "spool", "munge"):
        (home / folder).mkdir(parents=True)
    (home / "munge").chmod(0o700)
    conf = CONF.format(host=host, home=home, control=_free_port(), node=_free_port())
    (home / "slurm.conf").write_text(conf)
    (home / "munge.key").write_bytes(os.urandom(1024))
    (home / "munge.key").chmod(0o400)
    with ExitStack() as running:
        munged = ["munged", "--foreground", "--force", f"--key-file={home}/munge.key"]
        munged += [f"--socket={home}/munge.socket", f"--pid-file={home}/munge/pid"]
        munged += [f"--seed-file={home}/munge/seed", f"--log-file={home}/munge/log"]
        for command in (munged, ["slurmctld", "-D", "-i"], ["slurmd", "-D", "-N", host]):
            running.enter_context(_daemon(command, environment, home))
        _await_idle_node(environment)
        try:
            yield environment
        finally:
            subprocess.run(["scancel", "--user=root"], env=environment, check=False)


@contextmanager
def _daemon(command: list[str], environment: dict[str, str], home: Path) -> Iterator[None]:
    with (home / f"{command[0]}.out").open("w") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        time.sleep(0.5)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await_idle_node(environment: dict[str, str]) -> None:
    for _ in range(60):
        done = subprocess.run(
            ["sinfo", "--noheader", "--format=%T"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.stdout.strip() == "idle":
            return
        time.sleep(0.5)
    raise RuntimeError(f"the node does not come up: {done.stdout}{done.stderr}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _path() -> str:
    return f"{os.environ['PATH']}:/usr/sbin:/sbin"
