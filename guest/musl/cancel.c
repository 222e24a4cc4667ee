/* In place of pthread_cancel.c, whose system-call half is assembly. The only thread there is can
 * only cancel itself. */
#include "pthread_impl.h"

void __testcancel(void)
{
	pthread_t self = __pthread_self();
	if (self->cancel && !self->canceldisable)
		pthread_exit(PTHREAD_CANCELED);
}

int pthread_cancel(pthread_t thread)
{
	thread->cancel = 1;
	if (thread->cancelasync && !thread->canceldisable)
		pthread_exit(PTHREAD_CANCELED);
	return 0;
}
