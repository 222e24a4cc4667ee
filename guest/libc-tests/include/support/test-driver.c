/* The main function of the tests of glibc. */
#include <support/support.h>

int main(int argc, char **argv)
{
	int status;
	setvbuf(stdout, 0, _IONBF, 0);
#ifdef PREPARE
	PREPARE(argc, argv);
#endif
#if defined TEST_FUNCTION_ARGV
	status = TEST_FUNCTION_ARGV(argc, argv);
#elif defined TEST_FUNCTION
	status = TEST_FUNCTION();
#else
	status = do_test();
#endif
#ifdef CLEANUP_HANDLER
	CLEANUP_HANDLER();
#endif
	zvm_remove_temporary();
#ifdef EXPECTED_STATUS
	if (status == EXPECTED_STATUS)
		return 0;
	status = 1;
#endif
	return status ? status : zvm_failures != 0;
}
