# Flags for our own targets only, so that nobody who embeds us inherits them.

add_library(sectile_warnings INTERFACE)
target_include_directories(sectile_warnings INTERFACE
  ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR})
target_compile_options(sectile_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual -Wformat=2 -Wundef
  -Werror
  $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast;-Wnon-virtual-dtor;-Woverloaded-virtual>
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wduplicated-cond;-Wduplicated-branches;-Wlogical-op;-Wuseless-cast>
  # Clang blames us for the temporary buffer of libstdc++ 12's own stable_sort.
  $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wno-deprecated-declarations>
  # GCC 12 reports std::string operator+ at -O3 (GCC bug 105651).
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict>
  # At -O3 it believes that the value of a std::expected is read before it is set.
  $<$<AND:$<COMPILE_LANG_AND_ID:CXX,GNU>,$<CONFIG:Release>>:-Wno-maybe-uninitialized>)

# What every target links but the emulator's shared library: that one is loaded into programs that
# know no sanitizer.
add_library(sectile_options INTERFACE)
target_link_libraries(sectile_options INTERFACE sectile_warnings)
if(SECTILE_SANITIZE)
  set(sanitize -fsanitize=${SECTILE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_options(sectile_options INTERFACE ${sanitize})
  target_compile_definitions(sectile_options INTERFACE _GLIBCXX_ASSERTIONS)
  target_link_options(sectile_options INTERFACE ${sanitize})
endif()
if(SECTILE_LIBFUZZER)
  target_compile_options(sectile_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
