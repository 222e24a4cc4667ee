#ifndef CSANDBOX_H
#define CSANDBOX_H
// The C shim: only what Swift cannot express. See docs/SECURITY.md.
#endif
