# sectile_layer(NAME [SOURCES name...] [INTERNAL name...] [TESTS name...] [DEPS layer...]
#               [LIBS target...])
# A layer is a static library of src/NAME/<name>.cc, and one test program linked to it and to the
# layers below only, so a forbidden call fails to link. SOURCES come with a <name>_test.cc; INTERNAL
# ones are tested through the others; TESTS are test files without a source of their own. LIBS are
# third-party. Each public header is also compiled alone.
function(sectile_layer name)
  cmake_parse_arguments(arg "" "" "SOURCES;INTERNAL;TESTS;DEPS;LIBS" ${ARGN})
  set(code ${arg_SOURCES} ${arg_INTERNAL})
  list(TRANSFORM code APPEND .cc)
  set(tests ${arg_SOURCES} ${arg_TESTS})
  list(TRANSFORM tests APPEND _test.cc)
  list(TRANSFORM arg_DEPS PREPEND sectile_)

  file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/sectile/${name}/*.h)
  foreach(header IN LISTS headers)
    cmake_path(GET header STEM stem)
    set(alone ${CMAKE_BINARY_DIR}/headers/${name}_${stem}.cc)
    file(CONFIGURE OUTPUT ${alone} CONTENT "#include \"${header}\"\n#include \"${header}\"\n")
    list(APPEND code ${alone})
  endforeach()

  add_library(sectile_${name} STATIC ${code})
  set_target_properties(sectile_${name} PROPERTIES EXPORT_NAME ${name})
  target_link_libraries(sectile_${name}
    PUBLIC ${arg_DEPS} PRIVATE $<BUILD_INTERFACE:sectile_options> ${arg_LIBS})
  target_include_directories(sectile_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
  if(tests AND SECTILE_TESTS)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE
      sectile_${name} sectile_options ${arg_LIBS} GTest::gmock GTest::gtest_main)
    gtest_discover_tests(${name}_test PROPERTIES LABELS ${name} DISCOVERY_TIMEOUT 60)
  endif()
endfunction()

# sectile_fuzz_target(NAME LAYER...): fuzz/NAME_fuzz.cc with its corpus in fuzz/corpus/NAME. An
# ordinary program that replays its corpus, so no compiler and no refactoring leaves it behind; the
# "fuzz" preset searches for new inputs.
function(sectile_fuzz_target name)
  add_executable(${name}_fuzz ${PROJECT_SOURCE_DIR}/fuzz/${name}_fuzz.cc)
  list(TRANSFORM ARGN PREPEND sectile_ OUTPUT_VARIABLE layers)
  target_link_libraries(${name}_fuzz PRIVATE ${layers} sectile_options)
  if(SECTILE_LIBFUZZER)
    target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${name}_fuzz PRIVATE ${PROJECT_SOURCE_DIR}/fuzz/replay_main.cc)
    file(GLOB corpus CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/fuzz/corpus/${name}/*)
    if(NOT corpus)
      message(FATAL_ERROR "fuzz/corpus/${name} is empty: a fuzz target needs examples to replay")
    endif()
    add_test(NAME fuzz.${name}.replay COMMAND ${name}_fuzz ${corpus})
    set_tests_properties(fuzz.${name}.replay PROPERTIES LABELS fuzz)
  endif()
endfunction()
