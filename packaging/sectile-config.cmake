# Gives the targets sectile::base, geometry, plan, text, device and apply.
include(CMakeFindDependencyMacro)
find_dependency(nlohmann_json)
find_dependency(yaml-cpp)
find_dependency(fmt)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/sectile.cmake)
