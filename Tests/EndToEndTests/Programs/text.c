/* A word-frequency program with a hash table of its own, recursion over a tree, and text input. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node {
	char *word;
	int count;
	struct node *left, *right;
};

static struct node *insert(struct node *tree, const char *word)
{
	if (!tree) {
		tree = calloc(1, sizeof *tree);
		tree->word = strdup(word);
	}
	int order = strcmp(word, tree->word);
	if (!order)
		tree->count++;
	else if (order < 0)
		tree->left = insert(tree->left, word);
	else
		tree->right = insert(tree->right, word);
	return tree;
}

static void print(const struct node *tree, int depth)
{
	if (!tree)
		return;
	print(tree->left, depth + 1);
	printf("%-12s %5d %3d\n", tree->word, tree->count, depth);
	print(tree->right, depth + 1);
}

int main(int argc, char **argv)
{
	struct node *tree = 0;
	char word[64];
	unsigned length = 0, lines = 0;
	int c;
	while ((c = getchar()) != EOF) {
		if (isalnum(c) && length < sizeof word - 1) {
			word[length++] = tolower(c);
			continue;
		}
		lines += c == '\n';
		if (length) {
			word[length] = 0;
			tree = insert(tree, word);
			length = 0;
		}
	}
	print(tree, 0);
	for (int i = 1; i < argc; i++)
		printf("argument %d: %s\n", i, argv[i]);
	printf("%u lines, HOME is %s\n", lines, getenv("NOBODY") ? "set" : "not set");
	return lines % 7;
}
