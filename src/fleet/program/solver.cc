#include "src/fleet/program/solver.h"

#include <CbcHeuristic.hpp>
#include <CbcHeuristicDiveCoefficient.hpp>
#include <CbcModel.hpp>
#include <CglGomory.hpp>
#include <CglKnapsackCover.hpp>
#include <CglMixedIntegerRounding2.hpp>
#include <CglProbing.hpp>
#include <ClpSimplex.hpp>
#include <OsiClpSolverInterface.hpp>
#include <cmath>
#include <exception>

#include "sectile/base/check.h"

namespace sectile::fleet::program {
namespace {

std::unexpected<Error> gave_up(const char* why) {
  return fail(ErrorCode::kFailed, std::string("the solver gave up: ") + why,
              "please report it with the fleet and the demand");
}

std::unexpected<Error> no_solution() {
  return fail(ErrorCode::kUnsatisfiable, "the program has no solution");
}

// COIN-OR counts from DBL_MAX upwards as infinite.
std::vector<double> with_limits(const std::vector<double>& values) {
  std::vector<double> result = values;
  for (double& value : result) {
    if (std::isinf(value)) {
      value = std::copysign(COIN_DBL_MAX, value);
    }
  }
  return result;
}

void load(const LinearProgram& program, ClpSimplex& simplex) {
  simplex.setLogLevel(0);
  const std::vector<double> lower = with_limits(program.lower);
  const std::vector<double> upper = with_limits(program.upper);
  const std::vector<double> row_lower = with_limits(program.row_lower);
  const std::vector<double> row_upper = with_limits(program.row_upper);
  simplex.loadProblem(program.columns(), program.rows(), program.starts.data(),
                      program.entry_rows.data(), program.entry_values.data(), lower.data(),
                      upper.data(), program.cost.data(), row_lower.data(), row_upper.data());
  simplex.setOptimizationDirection(1);
}

Result<LinearAnswer> linear(const LinearProgram& program) {
  ClpSimplex simplex;
  load(program, simplex);
  simplex.dual();
  if (simplex.isProvenPrimalInfeasible()) {
    return no_solution();
  }
  if (!simplex.isProvenOptimal()) {
    return gave_up("the linear program was not solved");
  }
  const double* const values = simplex.getColSolution();
  const double* const duals = simplex.getRowPrice();
  return LinearAnswer{.values = {values, values + program.columns()},
                      .duals = {duals, duals + program.rows()},
                      .objective = simplex.getObjValue()};
}

constexpr int kMostColumnsForCuts = 2'000;

// The cuts that close the gap of covering programs, and a dive for a first solution.
void equip(CbcModel& model) {
  CbcRounding round(model);
  CbcHeuristicDiveCoefficient dive(model);
  model.addHeuristic(&round);
  model.addHeuristic(&dive);
  if (model.getNumCols() > kMostColumnsForCuts) {
    return;
  }
  CglProbing probing;
  CglGomory gomory;
  CglKnapsackCover cover;
  CglMixedIntegerRounding2 rounding;
  model.addCutGenerator(&probing, -1, "Probing");
  model.addCutGenerator(&gomory, -1, "Gomory");
  model.addCutGenerator(&cover, -1, "Knapsack");
  model.addCutGenerator(&rounding, -1, "MIR");
}

Result<IntegerAnswer> integer(const LinearProgram& program, const SearchLimits& limits) {
  OsiClpSolverInterface solver;
  load(program, *solver.getModelPtr());
  solver.messageHandler()->setLogLevel(0);
  for (int column = 0; column < program.columns(); ++column) {
    solver.setInteger(column);
  }
  CbcModel model(solver);
  model.setLogLevel(0);
  model.messageHandler()->setLogLevel(0);
  model.solver()->messageHandler()->setLogLevel(0);
  model.setMaximumNodes(limits.nodes);
  // Costs are whole numbers, so a solution within one of the bound is best.
  model.setAllowableGap(0.999);
  model.setAllowableFractionGap(0);
  model.setCutoffIncrement(0.999);
  if (std::isfinite(limits.cost_most)) {
    model.setCutoff(limits.cost_most + 0.5);
  }
  equip(model);
  model.initialSolve();
  if (model.isInitialSolveProvenPrimalInfeasible()) {
    return no_solution();
  }
  model.branchAndBound();
  const double* const values = model.bestSolution();
  if (values == nullptr) {
    return model.isProvenInfeasible() ? Result<IntegerAnswer>(no_solution())
                                      : Result<IntegerAnswer>(gave_up("no solution was found"));
  }
  return IntegerAnswer{.values = {values, values + program.columns()},
                       .objective = model.getObjValue(),
                       .bound = model.getBestPossibleObjValue(),
                       .optimal = model.isProvenOptimal()};
}

}  // namespace

int LinearProgram::add_row(double at_least, double at_most) {
  row_lower.push_back(at_least);
  row_upper.push_back(at_most);
  return rows() - 1;
}

int LinearProgram::add_column(double price, double at_least, double at_most) {
  cost.push_back(price);
  lower.push_back(at_least);
  upper.push_back(at_most);
  starts.push_back(starts.back());
  return columns() - 1;
}

void LinearProgram::add_entry(int row, double value) {
  SECTILE_CHECK(row >= 0 && row < rows() && columns() > 0);
  entry_rows.push_back(row);
  entry_values.push_back(value);
  ++starts.back();
}

Result<LinearAnswer> solve_linear(const LinearProgram& program) noexcept {
  try {
    return linear(program);
  } catch (const CoinError& error) {
    return gave_up(error.message().c_str());
  } catch (const std::exception& error) {
    return gave_up(error.what());
  } catch (...) {
    return gave_up("it threw what is no error");
  }
}

Result<IntegerAnswer> solve_integer(const LinearProgram& program,
                                    const SearchLimits& limits) noexcept {
  try {
    return integer(program, limits);
  } catch (const CoinError& error) {
    return gave_up(error.message().c_str());
  } catch (const std::exception& error) {
    return gave_up(error.what());
  } catch (...) {
    return gave_up("it threw what is no error");
  }
}

}  // namespace sectile::fleet::program
