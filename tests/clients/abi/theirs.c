// Prints sizes, offsets and values as nvml.h has them. probe.inc is written by run.py.
#include <nvml.h>
#include <stddef.h>
#include <stdio.h>

#define SECTILE_SIZE(type) printf("%s %zu\n", #type, sizeof(type));
#define SECTILE_MEMBER(type, member) \
  printf("%s.%s %zu %zu\n", #type, #member, offsetof(type, member), sizeof(((type*)0)->member));
#define SECTILE_VALUE(name) printf("%s %lld\n", #name, (long long)(name));

int main(void) {
#include "probe.inc"
  return 0;
}
