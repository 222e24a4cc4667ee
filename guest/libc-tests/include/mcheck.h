#define mtrace() ((void)0)
#define muntrace() ((void)0)
