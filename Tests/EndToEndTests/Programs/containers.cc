#include <algorithm>
#include <array>
#include <cstdio>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

struct Shape {
	virtual ~Shape() { puts("gone"); }
	virtual std::string name() const = 0;
	virtual double area() const = 0;
};
struct Circle : Shape {
	double r;
	explicit Circle(double r) : r(r) {}
	std::string name() const override { return "circle"; }
	double area() const override { return 3 * r * r; }
};
struct Square : Shape {
	double a;
	explicit Square(double a) : a(a) {}
	std::string name() const override { return "square"; }
	double area() const override { return a * a; }
};

static int &counter()
{
	static int value = [] { puts("made once"); return 40; }();
	return value;
}

struct Global {
	std::vector<int> v{ 3, 1, 2 };
	~Global() { printf("global of %zu gone\n", v.size()); }
} global;

int main()
{
	std::map<std::string, int> words;
	std::set<unsigned> numbers;
	std::unordered_map<std::string, std::vector<int>> table;
	std::mt19937 random(7);
	for (int i = 0; i < 20000; i++) {
		unsigned n = random() % 5000;
		words["w" + std::to_string(n)]++;
		if (n % 3)
			numbers.insert(n);
		else
			numbers.erase(n + 1);
		table[std::to_string(n % 997)].push_back(i);
		if (n % 7 == 0)
			words.erase("w" + std::to_string(n / 2));
	}
	unsigned long long sum = 0;
	for (auto &[word, count] : words)
		sum = sum * 31 + count + word.size();
	for (auto it = numbers.rbegin(); it != numbers.rend(); ++it)
		sum = sum * 33 + *it;
	while (numbers.size() > 3)
		numbers.erase(numbers.begin());
	while (!words.empty())
		words.erase(std::prev(words.end()));
	printf("%llu %zu %zu %u\n", sum, words.size(), table.size(), *numbers.rbegin());
	std::vector<std::pair<std::string, size_t>> sorted;
	for (auto &[key, values] : table)
		sorted.emplace_back(key, values.size());
	std::sort(sorted.begin(), sorted.end(), [](auto &a, auto &b) {
		return std::tie(b.second, a.first) < std::tie(a.second, b.first);
	});
	printf("%s %zu\n", sorted[0].first.c_str(), sorted[0].second);
	std::vector<std::unique_ptr<Shape>> shapes;
	shapes.push_back(std::make_unique<Circle>(2));
	shapes.push_back(std::make_unique<Square>(3));
	double area = std::accumulate(shapes.begin(), shapes.end(), 0.0,
		[](double a, auto &s) { return a + s->area(); });
	printf("%.1f\n", area);
	std::shared_ptr<Shape> shared = std::make_shared<Square>(1);
	auto other = shared;
	printf("%ld\n", shared.use_count());
	std::list<int> list{ 5, 3, 9, 1 };
	list.sort();
	list.reverse();
	std::list<int> more{ 7, 8 };
	list.splice(list.begin(), more);
	for (int x : list)
		printf("%d ", x);
	std::deque<int> deque;
	for (int i = 0; i < 1000; i++)
		i % 2 ? deque.push_back(i) : deque.push_front(i);
	printf("%d %d\n", deque.front(), deque.back());
	std::variant<int, std::string> variant = "text";
	std::optional<int> none;
	std::function<int(int)> f = [&](int x) { return x + counter(); };
	printf("%zu %d %d %d\n", variant.index(), none.has_value(), f(1), f(2));
	std::priority_queue<int> heap;
	for (int x : { 3, 9, 4 })
		heap.push(x);
	printf("%d %d\n", heap.top(), std::stoi("123") + (int)std::stod("4.5"));
	std::string_view view = "hello, world";
	std::string s(view.substr(7));
	std::replace(s.begin(), s.end(), 'o', '0');
	printf("%s %zu\n", s.c_str(), view.find("world"));
	return 0;
}
