// The parts of the standard containers that the headers leave to the library: the links of std::list,
// the balance of std::map and std::set, the sizes of hash tables, the hash of bytes.
#include <list>
#include <map>
#include <unordered_map>

namespace std {
namespace __detail {

void _List_node_base::_M_hook(_List_node_base *const position) noexcept
{
	_M_next = position;
	_M_prev = position->_M_prev;
	position->_M_prev->_M_next = this;
	position->_M_prev = this;
}

void _List_node_base::_M_unhook() noexcept
{
	_M_prev->_M_next = _M_next;
	_M_next->_M_prev = _M_prev;
}

// Moves [first, last) before this node.
void _List_node_base::_M_transfer(_List_node_base *const first, _List_node_base *const last) noexcept
{
	if (this == last || first == last)
		return;
	_List_node_base *const end = last->_M_prev;
	first->_M_prev->_M_next = last;
	last->_M_prev = first->_M_prev;
	first->_M_prev = _M_prev;
	_M_prev->_M_next = first;
	end->_M_next = this;
	_M_prev = end;
}

void _List_node_base::_M_reverse() noexcept
{
	_List_node_base *node = this;
	do {
		_List_node_base *const next = node->_M_next;
		node->_M_next = node->_M_prev;
		node->_M_prev = next;
		node = next;
	} while (node != this);
}

void _List_node_base::swap(_List_node_base &a, _List_node_base &b) noexcept
{
	const bool a_empty = a._M_next == &a, b_empty = b._M_next == &b;
	_List_node_base saved = a;
	a = b;
	b = saved;
	if (b_empty)
		a._M_next = a._M_prev = &a;
	else
		a._M_next->_M_prev = a._M_prev->_M_next = &a;
	if (a_empty)
		b._M_next = b._M_prev = &b;
	else
		b._M_next->_M_prev = b._M_prev->_M_next = &b;
}

// Sizes of hash tables: primes, each about twice the one before, so that a modulus mixes all bits.
static const unsigned long primes[] = { 2, 5, 11, 23, 47, 97, 199, 409, 823, 1741, 3469, 6949, 14033,
	28411, 57557, 116731, 236897, 480881, 976369, 1982627, 4026031, 8175383, 16601593, 33712729,
	68460391, 139022417, 282312799, 573292817, 1164186217, 2364114217u };

size_t _Prime_rehash_policy::_M_next_bkt(size_t wanted) const
{
	unsigned i = 0;
	const unsigned count = sizeof primes / sizeof *primes;
	while (i + 1 < count && primes[i] < wanted)
		i++;
	_M_next_resize = i + 1 == count ? size_t(-1) : size_t(primes[i] * (double)_M_max_load_factor);
	return primes[i];
}

pair<bool, size_t> _Prime_rehash_policy::_M_need_rehash(size_t buckets, size_t elements,
	size_t added) const
{
	if (elements + added <= _M_next_resize)
		return { false, 0 };
	double wanted = (elements + added) / (double)_M_max_load_factor;
	if (wanted < buckets) {
		_M_next_resize = buckets * (double)_M_max_load_factor;
		return { false, 0 };
	}
	size_t larger = size_t(wanted) + 1, doubled = buckets * _S_growth_factor;
	return { true, _M_next_bkt(larger > doubled ? larger : doubled) };
}
}

// Red-black trees (Cormen et al., Introduction to Algorithms, chapter 13). The header node's parent is
// the root, its left and right the smallest and largest.
typedef _Rb_tree_node_base Node;

Node *_Rb_tree_increment(Node *x) throw()
{
	if (x->_M_right) {
		x = x->_M_right;
		while (x->_M_left)
			x = x->_M_left;
		return x;
	}
	Node *parent = x->_M_parent;
	while (x == parent->_M_right) {
		x = parent;
		parent = parent->_M_parent;
	}
	// From the largest up to the header; the header's right may be the root itself.
	return x->_M_right == parent ? x : parent;
}

Node *_Rb_tree_decrement(Node *x) throw()
{
	if (x->_M_color == _S_red && x->_M_parent->_M_parent == x)
		return x->_M_right; // the header: the largest
	if (x->_M_left) {
		x = x->_M_left;
		while (x->_M_right)
			x = x->_M_right;
		return x;
	}
	Node *parent = x->_M_parent;
	while (x == parent->_M_left) {
		x = parent;
		parent = parent->_M_parent;
	}
	return parent;
}

const Node *_Rb_tree_increment(const Node *x) throw() { return _Rb_tree_increment(const_cast<Node *>(x)); }
const Node *_Rb_tree_decrement(const Node *x) throw() { return _Rb_tree_decrement(const_cast<Node *>(x)); }

// Puts `to` where `from` hangs.
static void replace_child(Node *from, Node *to, Node *&root)
{
	if (from == root)
		root = to;
	else if (from == from->_M_parent->_M_left)
		from->_M_parent->_M_left = to;
	else
		from->_M_parent->_M_right = to;
}

static void rotate(Node *x, bool left, Node *&root)
{
	Node *y = left ? x->_M_right : x->_M_left;
	Node *&inner = left ? y->_M_left : y->_M_right;
	(left ? x->_M_right : x->_M_left) = inner;
	if (inner)
		inner->_M_parent = x;
	y->_M_parent = x->_M_parent;
	replace_child(x, y, root);
	inner = x;
	x->_M_parent = y;
}

void _Rb_tree_insert_and_rebalance(const bool left, Node *x, Node *parent, Node &header) throw()
{
	Node *&root = header._M_parent;
	x->_M_parent = parent;
	x->_M_left = x->_M_right = nullptr;
	x->_M_color = _S_red;
	if (parent == &header) {
		header._M_parent = header._M_left = header._M_right = x;
	} else if (left) {
		parent->_M_left = x;
		if (parent == header._M_left)
			header._M_left = x;
	} else {
		parent->_M_right = x;
		if (parent == header._M_right)
			header._M_right = x;
	}
	while (x != root && x->_M_parent->_M_color == _S_red) {
		Node *above = x->_M_parent->_M_parent;
		const bool on_left = x->_M_parent == above->_M_left;
		Node *uncle = on_left ? above->_M_right : above->_M_left;
		if (uncle && uncle->_M_color == _S_red) {
			x->_M_parent->_M_color = uncle->_M_color = _S_black;
			above->_M_color = _S_red;
			x = above;
			continue;
		}
		if (x == (on_left ? x->_M_parent->_M_right : x->_M_parent->_M_left)) {
			x = x->_M_parent;
			rotate(x, on_left, root);
		}
		x->_M_parent->_M_color = _S_black;
		above->_M_color = _S_red;
		rotate(above, !on_left, root);
	}
	root->_M_color = _S_black;
}

Node *_Rb_tree_rebalance_for_erase(Node *const z, Node &header) throw()
{
	Node *&root = header._M_parent;
	if (header._M_left == z) {
		Node *next = _Rb_tree_increment(z);
		header._M_left = next; // the header itself when z was the only one
	}
	if (header._M_right == z)
		header._M_right = root == z && !z->_M_left ? &header : _Rb_tree_decrement(z);
	// y leaves its place in the tree: z, or its successor, which then takes z's place.
	Node *y = z, *x, *x_parent;
	if (z->_M_left && z->_M_right) {
		y = z->_M_right;
		while (y->_M_left)
			y = y->_M_left;
	}
	x = y->_M_left ? y->_M_left : y->_M_right;
	_Rb_tree_color removed = y->_M_color;
	if (y != z) {
		x_parent = y->_M_parent == z ? y : y->_M_parent;
		if (y->_M_parent != z) {
			y->_M_parent->_M_left = x;
			if (x)
				x->_M_parent = y->_M_parent;
			y->_M_right = z->_M_right;
			z->_M_right->_M_parent = y;
		}
		y->_M_left = z->_M_left;
		z->_M_left->_M_parent = y;
		replace_child(z, y, root);
		y->_M_parent = z->_M_parent;
		y->_M_color = z->_M_color;
	} else {
		x_parent = z->_M_parent;
		if (x)
			x->_M_parent = x_parent;
		replace_child(z, x, root);
	}
	if (removed == _S_red)
		return z;
	while (x != root && (!x || x->_M_color == _S_black)) {
		const bool on_left = x == x_parent->_M_left;
		Node *sibling = on_left ? x_parent->_M_right : x_parent->_M_left;
		if (sibling->_M_color == _S_red) {
			sibling->_M_color = _S_black;
			x_parent->_M_color = _S_red;
			rotate(x_parent, on_left, root);
			sibling = on_left ? x_parent->_M_right : x_parent->_M_left;
		}
		Node *near = on_left ? sibling->_M_left : sibling->_M_right;
		Node *far = on_left ? sibling->_M_right : sibling->_M_left;
		if ((!near || near->_M_color == _S_black) && (!far || far->_M_color == _S_black)) {
			sibling->_M_color = _S_red;
			x = x_parent;
			x_parent = x_parent->_M_parent;
			continue;
		}
		if (!far || far->_M_color == _S_black) {
			near->_M_color = _S_black;
			sibling->_M_color = _S_red;
			rotate(sibling, !on_left, root);
			sibling = on_left ? x_parent->_M_right : x_parent->_M_left;
			far = on_left ? sibling->_M_right : sibling->_M_left;
		}
		sibling->_M_color = x_parent->_M_color;
		x_parent->_M_color = _S_black;
		if (far)
			far->_M_color = _S_black;
		rotate(x_parent, on_left, root);
		break;
	}
	if (x)
		x->_M_color = _S_black;
	return z;
}

unsigned _Rb_tree_black_count(const Node *node, const Node *root) throw()
{
	unsigned count = 0;
	for (; node; node = node == root ? nullptr : node->_M_parent)
		count += node->_M_color == _S_black;
	return count;
}

// FNV-1a (Fowler, Noll, Vo), 32 bits: the same everywhere, since orders of hash tables follow it.
size_t _Hash_bytes(const void *bytes, size_t count, size_t seed)
{
	const unsigned char *p = static_cast<const unsigned char *>(bytes);
	size_t hash = 2166136261u ^ seed;
	for (size_t i = 0; i < count; i++)
		hash = (hash ^ p[i]) * 16777619u;
	return hash;
}

size_t _Fnv_hash_bytes(const void *bytes, size_t count, size_t seed)
{
	return _Hash_bytes(bytes, count, seed);
}
}
