"""Programs that try to get out of the sandbox, or to pass without the answer.

`python sandbox_attacks.py ISOLATION` runs them all with that isolation, as whoever calls it, and prints what
came of each as JSON; with `I N` behind it every Nth of them, from the Ith. An attack that works prints `escaped`, which is the expected output; a program
that fakes a pass would have to know a word that only the parent knows.
"""

# ruff: noqa: E501 (programs)
from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import sandbox_attacks_handles as handles
import sandbox_attacks_more as more

from claimbench.grading.code.cases import Case, CodeTests
from claimbench.grading.code.judge import judge
from claimbench.messages import as_data
from claimbench.sandbox.isolation import Sandbox

HEAD = """
import ctypes, os, sys, signal, socket, time
libc = ctypes.CDLL(None, use_errno=True)
SECRET, OUT, PORT, UNIX, PARENT, HOME = {secret!r}, {out!r}, {port}, {unix!r}, {parent}, {home!r}
ARM = os.uname().machine == "aarch64"
def sys_call(x86, arm, *arguments):
    result = libc.syscall(ctypes.c_long(arm if ARM else x86), *map(ctypes.c_long, arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result
def win():
    print("escaped", flush=True)
"""

READS = {
    "a file": "open(SECRET).read(); win()",
    "a file by os.open": "os.read(os.open(SECRET, os.O_RDONLY), 9); win()",
    "a file through /proc/self/root": "open('/proc/self/root' + SECRET).read(); win()",
    "a file by an absolute import": "import importlib.machinery as m\n"
    "m.SourceFileLoader('x', SECRET).get_data(SECRET); win()",
    "a file by io.open_code": "import io; io.open_code(SECRET).read(); win()",
    "a file by linecache": "import linecache\nif linecache.getlines(SECRET): win()",
    "a file by fopen": "libc.fopen.restype = ctypes.c_void_p\n"
    "if libc.fopen(SECRET.encode(), b'r'): win()",
    "a file by execfile": "exec(compile(open(SECRET).read(), 's', 'exec')); win()",
    "a file by openat2": "how = (ctypes.c_uint64 * 3)()\n"
    "path = ctypes.create_string_buffer(SECRET.encode())\n"
    "sys_call(437, 437, -100, ctypes.addressof(path), ctypes.addressof(how), 24); win()",
    # Without limits a handle of the folder is to be had.
    "a file by a handle": "class H(ctypes.Structure):\n"
    "    _fields_ = [('size', ctypes.c_uint), ('kind', ctypes.c_int), ('data', ctypes.c_ubyte * 128)]\n"
    "h = H(128); where = ctypes.c_int(); d = os.path.dirname(SECRET).encode()\n"
    "path = ctypes.create_string_buffer(d)\n"
    "sys_call(303, 264, -100, ctypes.addressof(path), ctypes.addressof(h), ctypes.addressof(where), 0); win()",
    # stat needs no right and tells the inode, of which a handle can be made up. Root could open it.
    "a file by a forged handle": "class H(ctypes.Structure):\n"
    "    _fields_ = [('size', ctypes.c_uint), ('kind', ctypes.c_int), ('data', ctypes.c_uint * 2)]\n"
    "h = H(8, 1, (ctypes.c_uint * 2)(os.stat(SECRET).st_ino, 0))\n"
    "try: mount = os.open(os.path.dirname(os.__file__), os.O_RDONLY)\nexcept OSError: mount = -100\n"
    "f = sys_call(304, 265, mount, ctypes.addressof(h), os.O_RDONLY)\n"
    "if os.read(f, 6) == b'secret': win()",
    "/etc/passwd": "if 'root' in open('/etc/passwd').read(): win()",
    "the home folder": "import glob\nif any(map(os.listdir, [HOME, *glob.glob('/home/*')])): win()",
    "the root folder": "if os.listdir('/'): win()",
    "the temporary folder": "if os.listdir(os.path.dirname(SECRET)): win()",
    "/proc/self/environ": "open('/proc/self/environ').read(); win()",
    "/proc/self/mem": "open('/proc/self/mem', 'rb').read(1); win()",
    "its parent's environment": "open(f'/proc/{os.getppid()}/environ').read(); win()",
    "its parent's memory": "open(f'/proc/{os.getppid()}/mem', 'rb'); win()",
    "its parent's files": "if os.listdir(f'/proc/{os.getppid()}/fd'): win()",
    "an open file of others": "found = 0\nfor p in (os.getppid(), PARENT):\n    for n in range(64):\n"
    "        try: os.open(f'/proc/{p}/fd/{n}', os.O_RDONLY)\n        except OSError: continue\n"
    "        found += 1\nif found: win()",
    "where its parent is": "os.readlink(f'/proc/{os.getppid()}/cwd'); win()",
    "the judge's memory": "open(f'/proc/{PARENT}/mem', 'rb'); win()",
    "memory by process_vm_readv": "b = ctypes.create_string_buffer(8)\n"
    "v = (ctypes.c_uint64 * 2)(ctypes.addressof(b), 8)\n"
    "sys_call(310, 270, os.getppid(), ctypes.addressof(v), 1, ctypes.addressof(v), 1, 0); win()",
    "a file by a path descriptor": "d = os.open(SECRET, os.O_PATH)\n"
    "os.read(os.open(f'/proc/self/fd/{d}', os.O_RDONLY), 6); win()",
    "a file below an open folder": "d = os.open(os.path.dirname(os.__file__), os.O_RDONLY)\n"
    "os.read(os.open('../' * 30 + SECRET, os.O_RDONLY, dir_fd=d), 6); win()",
    "its inputs, opened again to write": "f = os.open('/proc/self/fd/4', os.O_RDWR)\n"
    "if os.write(f, b'x'): win()",
    "the kernel's map of its memory": "open('/proc/self/maps').read(); win()",
    "packages": "sys.path += [p for p in sys.argv]; sys.path.append(os.path.dirname(SECRET))\n"
    "import bait; win()",
    "claimbench itself": "import claimbench.records; win()",
}
WRITES = {
    "a new file": "open(OUT + '/x', 'w').close(); win()",
    "a file of others": "open(SECRET, 'a').write('x'); win()",
    "a folder": "os.mkdir(OUT + '/d'); win()",
    "a link": "os.symlink('/', OUT + '/l'); win()",
    "a hard link": "os.link(SECRET, OUT + '/h'); win()",
    "a new name": "os.rename(SECRET, OUT + '/r'); win()",
    "a removal": "os.unlink(SECRET); win()",
    "a cut": "os.truncate(SECRET, 0); win()",
    "other rights": "os.chmod(SECRET, 0o777); win()",
    "another time": "os.utime(SECRET); win()",
    "a temporary file": "import tempfile; tempfile.NamedTemporaryFile(); win()",
    "shared memory": "open('/dev/shm/claimbench-attack', 'w'); win()",
    "System V memory": "sys_call(29, 194, 0, 4096, 0o1600); win()",
    "a pipe with a name": "os.mkfifo(OUT + '/f'); win()",
    "a database": "import dbm.dumb; dbm.dumb.open(OUT + '/d', 'c').close(); win()",
}
NETWORK = {
    "TCP": "socket.create_connection(('127.0.0.1', PORT), 2); win()",
    "UDP": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', PORT)); win()",
    "a UNIX socket": "socket.socket(socket.AF_UNIX).connect(UNIX); win()",
    "an abstract socket": "socket.socket(socket.AF_UNIX).bind('\\0claimbench-attack'); win()",
    "a server": "s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); win()",
    "a pair of sockets": "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); win()",
    "netlink": "socket.socket(16, socket.SOCK_RAW, 0); win()",
    "a socket by number": "sys_call(41, 198, 2, 1, 0); win()",
    "urllib": "import urllib.request as u\nu.urlopen(f'http://127.0.0.1:{PORT}/', timeout=2); win()",
}
PROCESSES = {
    "fork": "pid = os.fork()\nif pid == 0:\n    time.sleep(600)\nwin()",
    "a fork bomb": "n = 0\nfor _ in range(10000):\n    try:\n        if os.fork() == 0:\n"
    "            time.sleep(600)\n        n += 1\n    except OSError:\n        pass\nif n: win()",
    "forkpty": "os.forkpty(); win()",
    "a daemon": "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(600)\n"
    "    os._exit(0)\nwin()",
    "system": "if os.system('true') == 0: win()",
    "popen": "if os.popen('echo hello').read(): win()",
    "subprocess": "import subprocess; subprocess.run(['/bin/true'], check=True); win()",
    "posix_spawn": "os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0); win()",
    "multiprocessing": "import multiprocessing as m\np = m.Process(target=print)\np.start(); win()",
    "exec": "os.execv('/bin/echo', ['echo', 'escaped'])",
    "exec of a script": "os.execve(sys.executable, [sys.executable, '-c', 'print(\"escaped\")'], {})",
    "clone": "if sys_call(56, 220, signal.SIGCHLD, 0, 0, 0, 0) == 0:\n    os._exit(0)\nwin()",
    "vfork": "if sys_call(58 if not ARM else 56, 220, 17 if ARM else 0) == 0:\n    os._exit(0)\nwin()",
    "clone3": "a = (ctypes.c_uint64 * 11)(); a[4] = 17\n"
    "if sys_call(435, 435, ctypes.addressof(a), 88) == 0:\n    os._exit(0)\nwin()",
}
SIGNALS = {
    "its parent": "os.kill(os.getppid(), signal.SIGKILL); win()",
    "the judge": "os.kill(PARENT, signal.SIGKILL); win()",
    "everyone": "os.kill(-1, signal.SIGKILL); win()",
    "its group": "os.killpg(0, signal.SIGKILL); win()",
    "a probe": "os.kill(os.getppid(), 0); win()",
    "itself, to stop": "os.kill(os.getpid(), signal.SIGSTOP); win()",
    "tgkill": "sys_call(234, 131, os.getppid(), os.getppid(), 9); win()",
    "a pidfd": "signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 9); win()",
    "an owner of a pipe": "import fcntl\nr, w = os.pipe()\n"
    "fcntl.fcntl(r, fcntl.F_SETOWN, os.getppid()); win()",
    "an owner of a pipe by ioctl": "import fcntl, struct\nr, w = os.pipe()\n"
    "fcntl.ioctl(r, 0x8901, struct.pack('i', os.getppid())); win()",
    "a lease on a file": "import fcntl\nf = os.open(os.__file__, os.O_RDONLY)\n"
    "fcntl.fcntl(f, fcntl.F_SETLEASE, fcntl.F_RDLCK); win()",
    "a timer for another": "e = (ctypes.c_int * 16)(0, 0, 9, 4, os.getppid()); t = ctypes.c_int()\n"
    "sys_call(222, 107, 1, ctypes.addressof(e), ctypes.addressof(t)); win()",
    "its parent's limits": "import resource\n"
    "resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (0, 0)); win()",
    "its parent's priority": "os.setpriority(os.PRIO_PROCESS, os.getppid(), 19); win()",
    "its parent's cores": "os.sched_setaffinity(os.getppid(), {0}); win()",
}
KERNEL = {
    "ptrace": "sys_call(101, 117, 16, os.getppid(), 0, 0); win()",
    "memfd_create": "os.memfd_create('x'); win()",
    "io_uring": "b = ctypes.create_string_buffer(200)\nsys_call(425, 425, 8, ctypes.addressof(b)); win()",
    "keyctl": "sys_call(250, 219, 0, -3, 1); win()",
    "bpf": "sys_call(321, 280, 0, 0, 0); win()",
    "userfaultfd": "sys_call(323, 282, 1); win()",
    "perf_event_open": "sys_call(298, 241, 0, 0, -1, -1, 0); win()",
    "unshare": "sys_call(272, 97, 0x10000000); win()",
    "setns": "sys_call(308, 268, 0, 0); win()",
    "chroot": "os.chroot('/'); win()",
    "mount": "t = ctypes.create_string_buffer(b'tmpfs'); p = ctypes.create_string_buffer(OUT.encode())\n"
    "sys_call(165, 40, *map(ctypes.addressof, (t, p, t)), 0, 0); win()",
    "mount in namespaces of its own": "try: sys_call(272, 97, 0x10000000 | 0x20000)\nexcept OSError: pass\n"
    "t = ctypes.create_string_buffer(b'tmpfs'); p = ctypes.create_string_buffer(OUT.encode())\n"
    "sys_call(165, 40, *map(ctypes.addressof, (t, p, t)), 0, 0); win()",
    "the new mount calls": "t = ctypes.create_string_buffer(b'tmpfs')\n"
    "sys_call(430, 430, ctypes.addressof(t), 0); win()",
    "a copy of the file tree": "p = ctypes.create_string_buffer(b'/')\n"
    "sys_call(428, 428, -100, ctypes.addressof(p), 1); win()",
    "prctl": "if libc.prctl(1, 0, 0, 0, 0) == 0: win()",
    "seccomp": "sys_call(317, 277, 2, 0, 0); win()",
    "a process dressed as a thread": "pid = sys_call(56, 220, 0x10000 | 17, 0, 0, 0, 0)\n"
    "if pid == 0: os._exit(0)\nwin()",
    "a thread with a user namespace": "sys_call(56, 220, 0x10000000 | 0x10f00, 0, 0, 0, 0); win()",
    "personality": "sys_call(135, 92, 0x0040000); win()",
    "a wider stack of filters": "if libc.prctl(22, 1, 0, 0, 0) == 0: win()",
    "Landlock's rules": "a = (ctypes.c_uint64 * 3)(1)\n"
    "sys_call(444, 444, ctypes.addressof(a), 8, 0); win()",
    "a number with high bits": "if sys_call(1 << 32 | 57, 1 << 32 | 220, 17) == 0: os._exit(0)\nwin()",
    "setuid": "os.setuid(0) if os.getuid() else os.setuid(1); win()",
    "more memory": "import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1)); win()",
    "more time": "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (-1, -1)); win()",
    "x32 calls": "if ARM: raise OSError\nsys_call(0x40000000 + 39, 0); win()",
    "32-bit calls": "import mmap\nif ARM: raise OSError\nm = mmap.mmap(-1, 4096, prot=7)\n"
    "m.write(b'\\xb8\\x14\\0\\0\\0\\xcd\\x80\\xc3')\n"
    "if ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))() > 0: win()",
}
RESOURCES = {
    "memory": "b = bytearray(8 << 30); win()",
    "memory bit by bit": "b = []\nwhile True: b.append(bytearray(1 << 24))",
    "mapped memory": "import mmap; m = mmap.mmap(-1, 8 << 30); win()",
    "a growing text": "s = 'x'\nwhile True: s += s",
    "threads": "import threading\nt = [threading.Thread(target=time.sleep, args=(600,)) "
    "for _ in range(5000)]\nfor x in t: x.start()\nwin()",
    "output": "while True: sys.stdout.write('x' * (1 << 20))",
    "output by descriptor": "while True: os.write(1, b'x' * (1 << 20))",
    "input as a disk": "while True: os.write(0, b'x' * (1 << 20))",
    "a huge hole": "os.ftruncate(1, 1 << 50); win()",
    "errors as output": "while True: os.write(2, b'x' * (1 << 20))",
    "time": "while True: pass",
    "time without signals": "for n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n"
    "    except (OSError, ValueError): pass\nwhile True: pass",
    "time without a timer": "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n"
    "try: signal.setitimer(signal.ITIMER_PROF, 0)\nexcept OSError: pass\nwhile True: pass",
    "time in C": "print(7 ** 10 ** 9)",
    "time in a thread": "import threading\nt = threading.Thread(target=lambda: [0 for _ in iter(int, 1)])\n"
    "t.start(); t.join()",
    "recursion": "sys.setrecursionlimit(10**9)\ndef f(): return f()\nf()",
    "recursion in C": "sys.setrecursionlimit(10**9)\nclass A:\n    def __repr__(self): return repr(self)\n"
    "repr(A())",
    "a crash": "ctypes.string_at(0)",
    "an abort": "os.abort()",
}
FAKES = {
    "a marker": "print('OK', 'passed', 'All tests passed', 'correct', 'True', sep='\\n')",
    "exit": "exit(0)",
    "_exit": "os._exit(0)",
    "SystemExit": "raise SystemExit(0)",
    "frames": "f = sys._getframe()\nwhile f:\n    for v in [*f.f_locals.values(), *f.f_globals.values()]:\n"
    "        if isinstance(v, str) and 'token-' in v: print(v)\n    f = f.f_back",
    "all objects": "import gc\ngc.unfreeze() if hasattr(gc, 'unfreeze') else None\n"
    "for o in gc.get_objects():\n    for r in gc.get_referents(o):\n"
    "        if type(r) is str and 'token-' in r: print(r)",
    "all descriptors": "for d in range(64):\n    try: print(os.pread(d, 9999, 0).decode('latin-1'))\n"
    "    except OSError: pass",
    "a forged report": "import struct\nfor d in range(3, 9):\n"
    "    try: os.write(d, struct.pack('<IBQQI', 0, 0, 0, 0, 0) * 9)\n    except OSError: pass\nos._exit(0)",
    "a cut report": "for d in range(9):\n    try: os.ftruncate(d, 0)\n    except OSError: pass\nos._exit(0)",
    "closed descriptors": "os.closerange(0, 64)",
    "builtins": "import builtins\nbuiltins.open = builtins.print = builtins.exec = builtins.len = "
    "lambda *a, **k: True\nos.write = os.pread = os.lseek = lambda *a: 0",
    "an import hook": "class F:\n    def find_spec(self, *a): raise SystemExit(0)\n"
    "sys.meta_path.insert(0, F()); sys.modules.clear()",
    "__del__": "class D:\n    def __del__(self): print('token-'); os._exit(0)\nd = D()",
    "atexit": "import atexit\natexit.register(lambda: os._exit(0))",
    "a text that equals all": "class S(str):\n    def __eq__(self, o): return True\n"
    "    __hash__ = str.__hash__\nsys.stdout.write(S('x'))",
    "a trace": "sys.settrace(lambda f, e, a: None)\nsys.setprofile(lambda f, e, a: os._exit(0))",
    "a thread without a name": "import _thread\ndef late():\n    while True:\n"
    "        try: os.pwrite(1, b'token-', 0)\n        except OSError: pass\n"
    "_thread.start_new_thread(late, ())\nprint('x')",
    "a sealed output": "import fcntl\ntry: fcntl.fcntl(1, 1033, 1 | 2 | 4)\nexcept OSError: pass",
    "changed inputs": "import mmap\ntry:\n    m = mmap.mmap(4, 0); m[:] = b'9' * len(m)\n"
    "except (OSError, ValueError): pass\ntry: os.pwrite(4, b'9', 0)\nexcept OSError: pass\n"
    "try: os.ftruncate(4, 0)\nexcept OSError: pass\nprint(input())",
    "a record over another's output": "import struct\nprint('token-')\nsys.stdout.flush()\n"
    "r = struct.Struct('<IBQQI')\nos.write(3, r.pack(0, 0, 0, 6, 0) + r.pack(1, 0, 0, 6, 0)); os._exit(0)",
    "a record of a future output": "import struct\n"
    "os.write(3, struct.pack('<IBQQI', 0, 0, 0, 1 << 60, 0) * 2); os._exit(0)",
    "a report mapped": "import mmap\nos.ftruncate(3, 4096); m = mmap.mmap(3, 4096)\n"
    "for at in range(0, 4000, 8): m[at:at + 8] = bytes(8)",
    "a signal for later": "for n in range(1, 65):\n    try: signal.signal(n, lambda *a: os._exit(0))\n"
    "    except (OSError, ValueError): pass\nwhile True: pass",
    "a stdout of its own": "class O:\n    def write(self, t): return len(t)\n    def flush(self): os._exit(0)\n"
    "sys.stdout = O()",
}
"""Of programs that print; the expected output begins with `token-`."""
FAKE_VALUES = {
    "an object that equals all": "class E:\n    def __eq__(self, o): return True\n"
    "    def __ne__(self, o): return False\n    __hash__ = None\ndef f(x): return E()",
    "a list that equals all": "class E(list):\n    def __eq__(self, o): return True\ndef f(x): return E()",
    "a text that equals all": "class E(str):\n    def __eq__(self, o): return True\n"
    "    __hash__ = str.__hash__\ndef f(x): return E('x')",
    "a number that equals all": "class E(float):\n    def __eq__(self, o): return True\n"
    "    __hash__ = float.__hash__\ndef f(x): return E(1)",
    "a list of them": "class E:\n    def __eq__(self, o): return True\ndef f(x): return [E()] * 3",
    "a wrong text": "def f(x): return 'token-'",
    "exit": "def f(x): exit(0)",
    "exit at once": "exit(0)",
    "_exit": "import os\ndef f(x): os._exit(0)",
    "_exit at once": "import os\nos._exit(0)",
    "an assert of its own": "def f(x): raise AssertionError",
    "frames": "import sys\ndef f(x):\n    frame = sys._getframe()\n    while frame:\n"
    "        for v in [*frame.f_locals.values(), *frame.f_globals.values()]:\n"
    "            if isinstance(v, (str, bytes)) and 'token-' in str(v): return v\n"
    "        frame = frame.f_back",
    "objects": "import gc\ndef f(x):\n    for o in gc.get_objects():\n        for r in gc.get_referents(o):\n"
    "            if type(r) is str and r.startswith('token-') and len(r) > 6: return r",
    "a jump": "import sys\ndef jump(frame, event, arg):\n    if event == 'line': frame.f_lineno += 1\n"
    "    return jump\nsys.settrace(jump)\nframe = sys._getframe()\nwhile frame:\n"
    "    frame.f_trace = jump; frame = frame.f_back\ndef f(x): return 1",
    "builtins": "import builtins\nclass N(Exception): pass\nbuiltins.AssertionError = N\n"
    "builtins.isinstance = builtins.all = builtins.any = lambda *a: True\ndef f(x): return 1",
    "the judge's modules": "import sys\ndef f(x):\n    frame = sys._getframe()\n    while frame:\n"
    "        codec = frame.f_globals.get('codec')\n"
    "        if codec: codec.encode = lambda v: b'T'; codec.decode = lambda d: ('f', (1,), {{}})\n"
    "        frame = frame.f_back\n    return 1",
    "a forged report": "import os, struct\ndef f(x):\n    for d in range(3, 9):\n"
    "        try: os.write(d, struct.pack('<IBQQI', 0, 0, 0, 0, 0))\n        except OSError: pass\n"
    "    os._exit(0)",
    "answers before questions": "import os\nfor d in range(3, 9):\n"
    "    try: os.write(d, (9).to_bytes(8, 'little') + b't\\2\\0\\0\\0TT' + b'N' * 64)\n"
    "    except OSError: pass\ndef f(x): return 1",
    "a huge length": "import os\ndef f(x):\n    for d in range(3, 9):\n"
    "        try: os.write(d, b'\\xff' * 8)\n        except OSError: pass\n    return 1",
    "a forged count": "import os\ndef f(x):\n    for d in (1, 6):\n"
    "        try: os.write(d, (5).to_bytes(8, 'little') + b'l\\xff\\xff\\xff\\xff')\n"
    "        except OSError: pass\n    os._exit(0)",
    "keys of one hash": "import os, struct\ndef f(x):\n    n, head = 60000, b'i' + struct.pack('<I', 12)\n"
    "    keys = [head + (k * (2**61 - 1)).to_bytes(12, 'little') for k in range(n)]\n"
    "    whole = b'e' + struct.pack('<I', n) + b''.join(keys)\n    os.write(1, whole)\n"
    "    os.write(6, len(whole).to_bytes(8, 'little') + whole)\n    os._exit(0)",
    "a type that lies": "class M(type):\n    def __instancecheck__(c, o): return True\n"
    "    def __eq__(c, o): return True\n    __hash__ = type.__hash__\n"
    "class E(metaclass=M):\n    __class__ = str\n    def __eq__(self, o): return True\ndef f(x): return E()",
    "an exception that equals all": "class E(Exception):\n    def __eq__(self, o): return True\n"
    "    def __str__(self): raise self\ndef f(x): raise E",
    "a huge number": "def f(x): return 1 << (1 << 30)",
    "a huge text": "def f(x): return 'x' * (1 << 28)",
    "deep nesting": "def f(x):\n    v = []\n    for _ in range(100000): v = [v]\n    return v",
    "a list in itself": "def f(x):\n    v = []\n    v.append(v)\n    return v",
    "a generator without end": "def f(x):\n    class L(list):\n        def __iter__(self):\n"
    "            while True: yield 1\n    return L([1])",
    "closed pipes": "import os\ndef f(x):\n    os.closerange(0, 64)\n    return 1",
    "__del__": "import os\nclass D:\n    def __del__(self): os._exit(0)\ndef f(x): return D()",
    "an import hook": "import sys\nclass F:\n    def find_spec(self, *a): raise SystemExit(0)\n"
    "sys.meta_path.insert(0, F())\nsys.modules.clear()\ndef f(x): return 1",
    "a thread that answers": "import os, threading\ndef spam():\n    while True:\n"
    "        try: os.write(6, (9).to_bytes(8, 'little') + b't\\2\\0\\0\\0TT')\n        except OSError: return\n"
    "threading.Thread(target=spam, daemon=True).start()\ndef f(x): return 1",
    "the tests' memory": "import os\ndef f(x):\n    for d in range(1, 40):\n"
    "        try:\n            return open(f'/proc/{{os.getpid() + d}}/mem', 'rb').read(1)\n"
    "        except OSError: pass\n    return 1",
}
"""Of functions; the expected value is a text that begins with `token-`."""

ESCAPES: Mapping[str, Mapping[str, str]] = {
    "reads": READS,
    "writes": WRITES,
    "network": NETWORK,
    "processes": PROCESSES,
    "signals": SIGNALS,
    "kernel": KERNEL,
    "resources": RESOURCES,
    "machine": more.MACHINE,
}
PRINTED, RETURNED = {**FAKES, **more.FAKES}, {**FAKE_VALUES, **more.FAKE_VALUES}
COUNT = sum(map(len, ESCAPES.values())) + len(PRINTED) + 2 * len(RETURNED) + handles.COUNT


def run_all(isolation: str, first: int = 0, step: int = 1) -> dict[str, object]:
    """Run every attack with `isolation`, or some; what came of each, and what is left of them."""
    with tempfile.TemporaryDirectory() as folder, Sandbox(isolation) as sandbox:
        place = _Place(Path(folder))
        chosen = list(_attacks(HEAD.format(**place.words)))[first::step]
        found = {}
        for name, program, tests in chosen:
            verdict = judge(program, tests, sandbox)
            found[name] = [verdict.outcome, json.dumps(as_data(verdict.why))]
        return {"found": found, "left": [*place.left(), *_processes_left(sandbox)]}


def _attacks(head: str) -> Iterator[tuple[str, str, CodeTests]]:
    """Name, program, and the tests that it passes where the attack works."""
    escaped = CodeTests("stdin", (Case("", "escaped"),), cpu_seconds=0.5)
    for group, programs in ESCAPES.items():
        for name, program in programs.items():
            yield f"{group}: {name}", head + program, escaped
    token = f"token-{secrets.token_hex(8)}"
    printed = CodeTests("stdin", (Case("1", token), Case("2", token)), cpu_seconds=0.5)
    for name, program in PRINTED.items():
        yield f"fakes: {name}", head + program, printed
    returned = CodeTests("functional", (Case("1", json.dumps(token)),), "f", cpu_seconds=0.5)
    check = f"assert f(1) == {token!r}\nassert {token!r} == f(2)\n"
    asserted = CodeTests("assert", (), "f", check, cpu_seconds=0.5)
    for name, program in RETURNED.items():
        plain = program.replace("{{", "{").replace("}}", "}")
        yield f"values: {name}", plain, returned
        yield f"asserts: {name}", plain, asserted
    yield from _on_handles(token)


def _on_handles(token: str) -> Iterator[tuple[str, str, CodeTests]]:
    attacks = {name: (handles.YES, check) for name, check in handles.COMPARED.items()}
    for group, programs in (
        ("compared", attacks),
        ("handles", handles.PROGRAMS),
        ("amplified", handles.AMPLIFIED),
    ):
        for name, (program, check) in programs.items():
            tests = CodeTests("assert", (), "f", check.replace("TOKEN", token), cpu_seconds=0.5)
            yield f"{group}: {name}", program, tests


class _Place:
    """A secret file, a folder that everyone may write, and servers that remember who came."""

    def __init__(self, folder: Path) -> None:
        self._secret = folder / "secret.txt"
        self._secret.write_text("secret")
        (folder / "bait.py").write_text("")
        self._out = folder / "out"
        self._out.mkdir(mode=0o777)
        (folder / "home" / "letters").mkdir(parents=True)
        self._came: list[str] = []
        tcp, unix = socket.socket(), socket.socket(socket.AF_UNIX)
        tcp.bind(("127.0.0.1", 0))
        unix.bind(str(folder / "unix"))
        for server in (tcp, unix):
            server.listen()
            threading.Thread(target=self._serve, args=(server,), daemon=True).start()
        self.words = {
            "secret": str(self._secret),
            "out": str(self._out),
            "port": tcp.getsockname()[1],
            "unix": str(folder / "unix"),
            "parent": os.getpid(),
            "home": str(folder / "home"),
        }

    def _serve(self, server: socket.socket) -> None:
        while True:
            server.accept()
            self._came.append("a connection came in")

    def left(self) -> list[str]:
        written = [f"{path.name} was written" for path in self._out.iterdir()]
        changed = [] if self._secret.read_text() == "secret" else ["the secret was changed"]
        return [*written, *changed, *self._came]


def _processes_left(sandbox: Sandbox) -> list[str]:
    """Processes below the zygotes, which have to be gone when a program is."""
    zygotes = {zygote._process.pid for zygote in sandbox._zygotes.values()}
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    below = [pid for pid, parent in parents.items() if parent in zygotes]
    if sandbox.isolation == "namespaces":  # bwrap, its init, the zygote
        for _ in range(2):
            below = [pid for pid, parent in parents.items() if parent in below]
    return [f"process {pid} is left" for pid in below]


if __name__ == "__main__":
    signal.alarm(900)
    print(json.dumps(run_all(sys.argv[1], *map(int, sys.argv[2:]))))
