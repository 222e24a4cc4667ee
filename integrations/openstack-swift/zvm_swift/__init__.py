"""OpenStack Swift filters that run sandboxed programs at the objects, by zvmd."""
