"""What is measured: each kernel's sources, options and number of repetitions."""
import glob
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
KERNELS = os.path.join(HERE, "kernels")
CACHE = os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "zvm-benchmarks")
SOURCES = os.path.join(CACHE, "sources")

# Debian source packages, fetched by name when a benchmark needs them.
PACKAGES = {"lua": "lua5.4", "sqlite": "sqlite3", "zlib": "zlib", "zstd": "libzstd"}


def fetch(name):
    """The unpacked source of a package, in the cache."""
    folder = os.path.join(SOURCES, name)
    if os.path.isdir(folder):
        return folder
    work = os.path.join(SOURCES, "." + name)
    subprocess.run(["rm", "-rf", work], check=True)
    os.makedirs(work)
    subprocess.run([os.path.join(HERE, "fetch"), PACKAGES[name], work], check=True)
    if name == "sqlite":
        subprocess.run(
            "./configure --disable-tcl --disable-readline >/dev/null && make -s sqlite3.c sqlite3.h",
            shell=True, cwd=work, check=True, stdout=subprocess.DEVNULL)
    os.rename(work, folder)
    return folder


class Program:
    def __init__(self, name, repetitions, library=None):
        self.name, self.repetitions, self.library = name, repetitions, library

    def sources(self):
        """Sources and options; fetches what is not there."""
        own = os.path.join(KERNELS, self.name + ".c")
        if not self.library:
            return [own], []
        root = fetch(self.library)
        if self.library == "lua":
            skip = {"lua.c", "luac.c", "linit.c", "loadlib.c", "liolib.c", "loslib.c"}
            files = [f for f in glob.glob(root + "/src/*.c") if os.path.basename(f) not in skip]
            return [own] + sorted(files), ["-I" + root + "/src"]
        if self.library == "sqlite":
            return [own, root + "/sqlite3.c"], [
                "-I" + root, "-DSQLITE_OS_OTHER=1", "-DSQLITE_THREADSAFE=0",
                "-DSQLITE_OMIT_LOAD_EXTENSION", "-DSQLITE_OMIT_WAL", "-DSQLITE_DEFAULT_MEMSTATUS=0",
                "-DSQLITE_MAX_WORKER_THREADS=0", "-DSQLITE_TEMP_STORE=3"]
        if self.library == "zlib":
            names = ["adler32", "compress", "crc32", "deflate", "inffast", "inflate", "inftrees",
                     "trees", "uncompr", "zutil"]
            return [own] + [f"{root}/{n}.c" for n in names], ["-I" + root]
        files = []
        for part in ("common", "compress", "decompress"):
            files += sorted(glob.glob(f"{root}/lib/{part}/*.c"))
        return [own] + files, [
            "-I" + root + "/lib", "-I" + root + "/lib/common", "-DZSTD_DISABLE_ASM", "-DDYNAMIC_BMI2=0",
            "-DZSTD_LEGACY_SUPPORT=0"]


PROGRAMS = [
    Program("core", 150),
    Program("sha256", 60),
    Program("wordcount", 8),
    Program("quicksort", 8),
    Program("matrix", 15),
    Program("fields", 150),
    Program("lua_fib", 40, "lua"),
    Program("lua_nbody", 8, "lua"),
    Program("lua_strings", 60, "lua"),
    Program("sqlite", 12, "sqlite"),
    Program("zlib", 8, "zlib"),
    Program("zstd", 40, "zstd"),
]
