"""More programs for `sandbox_attacks`, found by a second reader: they try what the first ones left."""

# ruff: noqa: E501 (programs)
from __future__ import annotations

MACHINE = {
    "packages below the standard library": "d = os.path.join(os.path.dirname(os.__file__), 'site-packages')\n"
    "for root, _, files in os.walk(d):\n    for f in files:\n        open(os.path.join(root, f), 'rb').read(1); win()",
    "devices": "for d in ('mem', 'kmsg', 'tty', 'ptmx', 'random', 'fuse', 'kvm', 'null'):\n"
    "    try: os.open('/dev/' + d, os.O_RDWR)\n    except OSError: continue\n    win()",
    "a device of its own": "import stat\nos.mknod(OUT + '/n', 0o666 | stat.S_IFCHR, os.makedev(1, 1)); win()",
    "a file without a name": "os.open(OUT, os.O_TMPFILE | os.O_RDWR); win()",
    "another's descriptor": "sys_call(438, 438, os.getppid(), 3, 0); win()",
    "a message on its descriptors": "b = ctypes.create_string_buffer(99)\n"
    "for d in range(8):\n    try: sys_call(46, 211, d, ctypes.addressof(b), 0)\n    except OSError: continue\n    win()",
    "memory of its parent, written": "b = ctypes.create_string_buffer(8)\n"
    "v = (ctypes.c_uint64 * 2)(ctypes.addressof(b), 8)\n"
    "sys_call(311, 271, os.getppid(), ctypes.addressof(v), 1, ctypes.addressof(v), 1, 0); win()",
    "memory taken from its parent": "sys_call(440, 440, 0, 0, 0, 21, 0); win()",
    "pages moved": "sys_call(279, 239, os.getppid(), 0, 0, 0, 0, 0); win()",
    "its timer, deleted": "sys_call(226, 111, 0); win()",
    "its timer, set again": "z = (ctypes.c_int64 * 4)()\nsys_call(223, 110, 0, 0, ctypes.addressof(z), 0); win()",
    "a better scheduler": "p = ctypes.c_int(1)\nsys_call(144, 119, 0, 1, ctypes.addressof(p)); win()",
    "a better priority": "os.setpriority(os.PRIO_PROCESS, 0, -10); win()",
    "the kernel's log": "b = ctypes.create_string_buffer(99)\nsys_call(103, 116, 3, ctypes.addressof(b), 99); win()",
    "a larger pipe": "import fcntl\nr, w = os.pipe()\nfcntl.fcntl(r, 1031, 1 << 20); win()",
    "a signal of a folder": "import fcntl\nd = os.open(os.path.dirname(os.__file__), os.O_RDONLY)\n"
    "fcntl.fcntl(d, 1026, 4); win()",
    "its limits, through a thread": "import resource, threading\n"
    "pid = threading.get_native_id() + 1\nresource.prlimit(pid, resource.RLIMIT_AS, (1, 1)); win()",
    "less time, to be killed as if from outside": "import resource\n"
    "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass",
    "an import that exits": "import unittest.__main__, venv.__main__, ensurepip.__main__\nwin()",
    "threads with next to no stack": "import threading\nthreading.stack_size(32768)\nn = 0\n"
    "while n < 20000:\n    threading.Thread(target=time.sleep, args=(600,), daemon=True).start(); n += 1\nwin()",
    "memory without reserve": "import mmap\nm = mmap.mmap(-1, 8 << 30, flags=mmap.MAP_PRIVATE | 0x4000 | 0x20); win()",
    "memory by growing": "import mmap\nm = mmap.mmap(-1, 4096)\nm.resize(8 << 30); win()",
    "memory after memory's end": "b = []\nwhile True:\n    try: b.append(bytearray(1 << 20))\n"
    "    except MemoryError: pass",
    "a pattern without end": "import re\nre.match(r'(a+)+$', 'a' * 64 + 'b'); win()",
    "a program of a million terms": "compile('x=' + '-' * 10**6 + '1', 's', 'eval'); win()",
    "a program of brackets": "compile('(' * 10**6, 's', 'eval'); win()",
    "a program of a huge constant": "compile('((1,) * 10**4) ' * 1 + '+ (2,) * 10 ** 10', 's', 'eval'); eval('(2,) * 10 ** 10'); win()",
    "a number of many digits": "sys.set_int_max_str_digits(0)\nint('7' * 10**8); win()",
}
"""An attack that works prints `escaped`."""

FAKES = {
    "a cursor far behind": "os.lseek(1, 1 << 40, 0)\nos.write(1, b'token-')",
    "its inputs as its output": "os.dup2(4, 1)\nos._exit(0)",
    "its output as its report": "os.dup2(1, 3)\nprint('token-')",
    "its report as its output": "os.dup2(3, 1)\nprint('token-')",
    "its output as its input": "os.dup2(1, 0)\nprint(input())",
    "an output cut behind its record": "import _thread\ndef late():\n    while True:\n"
    "        try: os.ftruncate(1, 0)\n        except OSError: pass\n_thread.start_new_thread(late, ())\nprint('token-')",
    "half a record": "os.write(3, b'\\0' * 11)\nos._exit(0)",
    "records without end": "import struct\nwhile True: os.write(3, struct.pack('<IBQQI', 0, 0, 0, 0, 0) * 999)",
    "a record of a long word": "import struct\nos.write(3, struct.pack('<IBQQI', 0, 0, 0, 0, 1 << 31)); os._exit(0)",
    "text that is none": "sys.stdout.write('\\ud800')",
    "bytes that are no text": "os.write(1, b'token-\\xff\\xfe\\x00\\x1b[2J')",
    "an audit": "sys.addaudithook(lambda *a: os._exit(0) if a[0] == 'compile' else None)\nimport abc",
    "a collector's call": "import gc\ngc.callbacks.append(lambda *a: os._exit(0))\ngc.collect()",
    "another main": "import types\nsys.modules['__main__'] = types.ModuleType('x')\ndel sys.stdout",
    "a class builder": "import builtins\nbuiltins.__build_class__ = builtins.__import__ = None",
    "an exception's hook": "sys.excepthook = sys.unraisablehook = lambda *a: os._exit(0)\nraise ValueError",
    "a codec": "import codecs\ncodecs.register(lambda n: (_ for _ in ()).throw(SystemExit(0)))\n'x'.encode('none')",
    "no limits of recursion": "sys.setrecursionlimit(2 ** 31 - 1)\nclass S(str): pass\nS.__str__ = lambda s: str(s)\nprint(S())",
}
"""Of programs that print; the expected output begins with `token-`."""

FAKE_VALUES = {
    "no more values": "def f(x): raise StopIteration",
    "not implemented": "def f(x): return NotImplemented",
    "a type with a plain name": "def f(x): return type('str', (str,), {'__eq__': lambda s, o: True})",
    "a number that signals": "from decimal import Decimal\ndef f(x): return Decimal('sNaN')",
    "a huge fraction": "from fractions import Fraction\ndef f(x): return Fraction(1 << (1 << 22), 3)",
    "a decimal that lies": "from decimal import Decimal\nclass D(Decimal):\n    def __eq__(s, o): return True\n"
    "    __hash__ = Decimal.__hash__\ndef f(x): return D(1)",
    "a forged fraction": "import os\ndef f(x):\n    whole = b'R' + (13).to_bytes(4, 'little') + b'1e99999999999'\n"
    "    os.write(1, whole)\n    os.write(6, len(whole).to_bytes(8, 'little') + whole)\n    os._exit(0)",
    "a forged decimal": "import os\ndef f(x):\n    whole = b'D' + (5).to_bytes(4, 'little') + b'sNaN1'\n"
    "    os.write(1, whole)\n    os.write(6, len(whole).to_bytes(8, 'little') + whole)\n    os._exit(0)",
    "answers in a row": "import os\ndef f(x):\n    one = b't\\2\\0\\0\\0TN'\n"
    "    os.write(6, (len(one).to_bytes(8, 'little') + one) * 99)\n    return 1",
    "half an answer": "import os\ndef f(x):\n    os.write(6, b'\\x20' + bytes(7) + b't')\n    os._exit(0)",
    "a class that hides": "class E:\n    __class__ = property(lambda s: str)\n    def __str__(s): return 'token-'\n"
    "    __repr__ = __str__\n    def __eq__(s, o): return True\ndef f(x): return E()",
    "a class without a name": "class M(type):\n    __name__ = property(lambda c: 1 / 0)\n    __mro__ = ()\n"
    "class E(metaclass=M): pass\ndef f(x): return E()",
    "its neighbours' files": "import os, struct\ndef f(x):\n    own, found = os.getpid(), 1\n"
    "    for pid in {*range(own - 6, own), *range(own + 1, own + 8), os.getppid()}:\n        for n in range(8):\n"
    "            for mode in (os.O_RDONLY, os.O_RDWR):\n"
    "                try: d = os.open(f'/proc/{pid}/fd/{n}', mode)\n                except OSError: continue\n"
    "                os.pwrite(d, struct.pack('<IBQQI', 0, 0, 0, 0, 0), 0)\n    return 1",
    "a dict that lies": "class D(dict):\n    def items(s): return [(1, 2)] * 10**9\n    def __eq__(s, o): return True\n"
    "def f(x): return D()",
}
"""Of functions; the expected value is a text that begins with `token-`."""
