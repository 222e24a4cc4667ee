import Glibc

/// How many cores there are to use.
enum ProcessorCount {
  static let online = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
}
