// Prints sizes, offsets and values as our headers have them. probe.inc is written by run.py.
#include <cstddef>
#include <cstdio>

#include "sectile/nvml_abi/nvml.h"

#define SECTILE_SIZE(type) std::printf("%s %zu\n", #type, sizeof(type));
#define SECTILE_MEMBER(type, member) \
  std::printf("%s.%s %zu %zu\n", #type, #member, offsetof(type, member), sizeof(type::member));
#define SECTILE_VALUE(name) std::printf("%s %lld\n", #name, static_cast<long long>(name));

int main() {
#include "probe.inc"
}
