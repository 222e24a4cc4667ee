"""Runs a WASI program under wasmtime: wasm.py MODULE ARGUMENT... The time for compiling is not
counted: user and system seconds of the run alone go to standard error."""
import os
import resource
import sys

import wasmtime

module_path, arguments = sys.argv[1], sys.argv[1:]
engine = wasmtime.Engine()
module = wasmtime.Module.from_file(engine, module_path)
linker = wasmtime.Linker(engine)
linker.define_wasi()
store = wasmtime.Store(engine)
wasi = wasmtime.WasiConfig()
wasi.argv = arguments
wasi.inherit_stdout()
store.set_wasi(wasi)
start = linker.instantiate(store, module).exports(store)["_start"]
before = resource.getrusage(resource.RUSAGE_SELF)
try:
    start(store)
except wasmtime.ExitTrap as exit:
    if exit.code:
        sys.exit(exit.code)
after = resource.getrusage(resource.RUSAGE_SELF)
print(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, file=sys.stderr)
