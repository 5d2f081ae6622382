#include "sectile/text/smi_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <tuple>
#include <vector>

namespace sectile {
namespace {

constexpr int kComputeWidth = 86;  // Between the edges of the table of compute instances.

std::string rule(char fill, char end, int width) {
  return end + std::string(static_cast<std::size_t>(width), fill) + end + "\n";
}

std::string row(std::string_view text, int width) {
  return fmt::format("|{:<{}}|\n", text, width);
}

// nvidia-smi lists profiles by compute slices, and those of one size in this order.
int rank(const Profile& profile) {
  if (profile.graphics) {
    return 3;
  }
  switch (profile.media) {
    case Media::kPlain:
      return profile.double_memory() ? 2 : 0;
    case Media::kExtended:
      return 1;
    case Media::kAll:
      return 4;
    case Media::kNone:
      return 5;
  }
  return 0;
}

std::vector<const Profile*> in_smi_order(const Model& model) {
  std::vector<const Profile*> result;
  result.reserve(model.profiles.size());
  for (const Profile& profile : model.profiles) {
    result.push_back(&profile);
  }
  std::ranges::stable_sort(result, {}, [](const Profile* profile) {
    return std::tuple(profile->compute_slices, rank(*profile));
  });
  return result;
}

// "39.25"; a tie goes to the even digit, as in C: 9856 MiB print as "9.62".
std::string gib(MiB memory) {
  return fmt::format("{:.2f}", static_cast<double>(memory.value) / 1024);
}

// The name that a compute instance is printed with: without the attribute of its GPU instance.
std::string_view without_attribute(std::string_view name) {
  return name.substr(0, name.find_first_of("+-"));
}

}  // namespace

std::string smi_gpu_instance_profiles(const Model& model, const SmiStyle& style) {
  const int name = style.wide ? 18 : 16;  // Columns of the name.
  const int width = 61 + name;
  const std::string line = rule('-', '+', width);
  std::string result =
      line + row(" GPU instance profiles:", width) +
      row(fmt::format(" GPU   {:<{}}ID    Instances   Memory     P2P    SM    "
                      "DEC   ENC",
                      "Name", name + 1),
          width) +
      row(fmt::format("{:{}}Free/Total   GiB              CE    JPEG  OFA", "", name + 14), width) +
      rule('=', '|', width);
  for (const Profile* profile : in_smi_order(model)) {
    const Engines& engines = profile->engines;
    result += row(fmt::format("{:>4}  MIG {:<{}}{:>2}  {:>4}/{:<4}     {:<11}No     {:<7}{:<6}{}",
                              style.gpu, profile->name, name - 2, profile->id.value,
                              profile->max_count, profile->max_count, gib(profile->memory),
                              profile->sm_count, engines.decode, engines.encode),
                  width);
    result += row(
        fmt::format("{:{}}{:<6}{:<6}{}", "", name + 45, engines.copy, engines.jpeg, engines.ofa),
        width);
    result += line;
  }
  return result;
}

std::string smi_gpu_instance_placements(const Model& model, const SmiStyle& style) {
  std::string result;
  for (const Profile* profile : in_smi_order(model)) {
    std::string starts;
    for (const int start : profile->starts) {
      starts += (starts.empty() ? "" : ",") + std::to_string(start);
    }
    result += fmt::format("GPU {:>2} Profile ID {:>2} Placement{}: {{{}}}:{}\n", style.gpu,
                          profile->id.value, profile->starts.size() > 1 ? "s" : " ", starts,
                          profile->memory_slices);
  }
  return result;
}

std::string smi_compute_instance_profiles(const Profile& profile, int gpu_instance,
                                          const SmiStyle& style) {
  const std::string line = rule('-', '+', kComputeWidth);
  std::string result =
      line + row(" Compute instance profiles:", kComputeWidth) +
      row(" GPU     GPU       Name             Profile  Instances   Exclusive       Shared",
          kComputeWidth) +
      row("       Instance                       ID     Free/Total     SM       DEC   ENC   OFA",
          kComputeWidth) +
      row("         ID                                                          CE    JPEG",
          kComputeWidth) +
      rule('=', '|', kComputeWidth);
  const Engines& engines = profile.engines;
  std::vector<ComputeProfile> listed = profile.compute_profiles;
  std::ranges::sort(listed, {}, [](const ComputeProfile& compute) {
    return std::tuple(compute.compute_slices, compute.id);
  });
  for (const ComputeProfile& compute : listed) {
    result +=
        row(fmt::format("{:>4}{:>7}       MIG {:<15}{:>3}{:<1}{:>6}/{:<4}{:>10}{:>9}{:>6}{:>6}",
                        style.gpu, gpu_instance, without_attribute(compute.name), compute.id.value,
                        compute.fills ? "*" : "", compute.max_count, compute.max_count,
                        compute.sm_count, engines.decode, engines.encode, engines.ofa),
            kComputeWidth);
    result += row(fmt::format("{:>71}{:>6}", engines.copy, engines.jpeg), kComputeWidth);
    result += line;
  }
  return result;
}

}  // namespace sectile
