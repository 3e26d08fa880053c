// scripts/deploy-action: it is an action as GitHub reads them, its scripts are bash and name options that exist; and
// its steps, run here as a runner runs them, deploy the demo stack and refuse what would fail.
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "libsafety/base/text.hpp"
#include "tests/deploy/project_stage.hpp"

namespace safety::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;

const fs::path& folder() {
  static const auto path = source_path("scripts/deploy-action");
  return path;
}

/// Debian's python, which Debian's python3-yaml is for.
json parse_yaml(const std::string& text) {
  const TempFolder temp;
  write_text(temp / "file.yml", text);
  const auto run = run_program("/usr/bin/python3",
                               {"-c", "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))",
                                (temp / "file.yml").string()});
  if (run.exit_code != 0) throw std::runtime_error("no YAML: " + run.err);
  return run.last_json;
}

const json& action() {
  static const auto parsed = parse_yaml(read_text(folder() / "action.yml"));
  return parsed;
}

std::vector<std::string> scripts() {
  std::vector<std::string> all;
  for (const auto& step : action().at("runs").at("steps")) all.push_back(step.at("run"));
  return all;
}

std::vector<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> all;
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at) all.push_back((*at)[1]);
  return all;
}

/// What follows ```yaml up to ```, in the README.
std::vector<std::string> readme_blocks() {
  return matches(read_text(folder() / "README.md"), "```yaml\n([^`]*)```");
}

/// "safety-verify latest --max-age X" -> {"safety-verify", "--max-age"}.
std::set<std::pair<std::string, std::string>> options_in(const std::string& text) {
  std::set<std::pair<std::string, std::string>> found;
  for (const auto& line : split_lines(text)) {
    std::smatch tool;
    if (!std::regex_search(line, tool, std::regex("(safety-[a-z]+) ([^|`]*)"))) continue;
    for (const auto& option : matches(tool[2].str(), "(--[a-z][a-z-]*)")) found.emplace(tool[1].str(), option);
  }
  return found;
}

// ---- what it says

TEST(DeployAction, IsACompositeActionOfBashStepsWithDescribedInputs) {
  EXPECT_EQ(action().at("runs").at("using"), "composite");
  for (const auto& step : action().at("runs").at("steps")) {
    EXPECT_EQ(step.at("shell"), "bash") << step;
    EXPECT_EQ(step.value("run", "").substr(0, 17), "set -euo pipefail") << step;
    EXPECT_TRUE(step.contains("name"));
  }
  for (const auto& part : {"inputs", "outputs"})
    for (const auto& [name, value] : action().at(part).items())
      EXPECT_FALSE(value.at("description").get<std::string>().empty()) << name;
}

TEST(DeployAction, UsesEveryInputAndNoneThatIsNotDeclared) {
  const auto used = matches(read_text(folder() / "action.yml"), R"(inputs\.([a-z-]+))");
  std::set<std::string> declared;
  for (const auto& [name, value] : action().at("inputs").items()) declared.insert(name);
  EXPECT_EQ(std::set<std::string>(used.begin(), used.end()), declared);
}

TEST(DeployAction, LetsNoInputBecomeCode) {
  for (const auto& script : scripts()) EXPECT_EQ(script.find("${{"), std::string::npos) << script;
}

TEST(DeployAction, HasScriptsThatBashParses) {
  const TempFolder temp;
  for (const auto& script : scripts()) {
    write_text(temp / "script", script);
    const auto run = run_program("bash", {"-n", (temp / "script").string()});
    EXPECT_EQ(run.exit_code, 0) << script << run.err;
  }
}

TEST(DeployAction, NamesOnlyOptionsThatTheToolsHave) {
  auto options = options_in(read_text(folder() / "README.md"));
  for (const auto& script : scripts()) options.merge(options_in(script));
  EXPECT_TRUE(options.contains({"safety-preflight", "--sarif"}));
  EXPECT_TRUE(options.contains({"safety-deploy", "--on-failure"}));
  EXPECT_TRUE(options.contains({"safety-verify", "--max-age"}));
  std::map<std::string, std::string> helps;
  for (const auto& [tool, option] : options) {
    auto& help = helps[tool];
    if (help.empty()) help = run_tool(tool, {"--help"}).out;
    EXPECT_TRUE(std::regex_search(help, std::regex("(^|[ ,\n])" + option + "([ =,\\[\n]|$)"))) << tool << " " << option;
  }
}

TEST(DeployAction, IsUsedInTheReadmeWithInputsAndOutputsThatItHas) {
  const auto blocks = readme_blocks();
  ASSERT_GE(blocks.size(), 4u);
  bool is_used = false;
  for (const auto& block : blocks) {
    const auto parsed = parse_yaml(block);
    if (!parsed.is_object()) continue;
    for (const auto& step : parsed.at("jobs").at("migrate").at("steps")) {
      if (step.value("uses", "") != "./scripts/deploy-action") continue;
      is_used = true;
      std::set<std::string> given;
      for (const auto& [name, value] : step.at("with").items()) {
        given.insert(name);
        EXPECT_TRUE(action().at("inputs").contains(name)) << name;
      }
      for (const auto& [name, input] : action().at("inputs").items())
        EXPECT_TRUE(!input.value("required", false) || given.contains(name)) << name;
    }
    for (const auto& output : matches(block, R"(steps\.safety\.outputs\.([a-z-]+))"))
      EXPECT_TRUE(action().at("outputs").contains(output)) << output;
  }
  EXPECT_TRUE(is_used);
}

// ---- what it does

/// The action's steps over a stage, as a runner goes through them: environment from inputs, output and summary in
/// files, nothing after a step that failed.
class Runner {
 public:
  explicit Runner(const ProjectStage& stage) : stage_(stage) {
    for (const auto& [name, input] : action().at("inputs").items()) inputs_[name] = input.value("default", "");
    inputs_["database-url"] = stage.url();
    inputs_["backup-dir"] = stage.backups().string();
    inputs_["working-directory"] = stage.folder().string();
    inputs_["tools"] = SAFETY_TOOLS_DIR;
    for (const auto* name : {"output", "path", "summary"}) write_text(temp_ / name, "");
  }

  /// Name of the step that failed; empty when all went well.
  std::string run() {
    for (const auto& step : action().at("runs").at("steps")) {
      if (step.value("if", "") == "${{ inputs.require-proof != '' }}" && inputs_["require-proof"].empty()) continue;
      RunOptions options;
      options.environment = {{"GITHUB_OUTPUT", (temp_ / "output").string()},
                             {"GITHUB_PATH", (temp_ / "path").string()},
                             {"GITHUB_STEP_SUMMARY", (temp_ / "summary").string()},
                             {"RUNNER_TEMP", temp_.path().string()}};
      // What a step put there is on PATH from the next one on.
      for (const auto& added : split_lines(read_text(temp_ / "path"))) path_.insert(0, added + ":");
      write_text(temp_ / "path", "");
      options.environment["PATH"] = path_;
      const auto variables = step.value("env", json::object());
      for (const auto& [name, value] : variables.items()) options.environment[name] = expand(value);
      options.folder = expand(step.value("working-directory", stage_.folder().string()));
      for (const auto& [name, value] : stage_.environment()) options.environment.emplace(name, value);
      write_text(temp_ / "script.sh", step.at("run").get<std::string>());
      last_ =
          run_program("bash", {"--noprofile", "--norc", "-eo", "pipefail", (temp_ / "script.sh").string()}, options);
      if (last_.exit_code != 0) return step.at("name");
    }
    return {};
  }

  std::string output(const std::string& name) const {
    for (const auto& line : split_lines(read_text(temp_ / "output")))
      if (line.starts_with(name + "=")) return std::string(line.substr(name.size() + 1));
    return {};
  }
  std::string summary() const { return read_text(temp_ / "summary"); }
  std::string& input(const std::string& name) { return inputs_.at(name); }
  const ToolRun& last() const { return last_; }

 private:
  std::string expand(std::string text) const {
    for (const auto& [name, value] : inputs_) {
      const auto expression = "${{ inputs." + name + " }}";
      if (const auto at = text.find(expression); at != std::string::npos) text.replace(at, expression.size(), value);
    }
    return text;
  }

  const ProjectStage& stage_;
  TempFolder temp_;
  std::map<std::string, std::string> inputs_;
  std::string path_ = std::getenv("PATH");
  ToolRun last_;
};

TEST(DeployAction, DeploysAndLeavesAProvedWayBack) {
  const ProjectStage stage("add_nullable_field");
  Runner runner(stage);
  EXPECT_EQ(runner.run(), "") << runner.last();
  EXPECT_EQ(stage.state_of("20260213120000_add_province_to_location"), "applied");
  EXPECT_EQ(runner.output("outcome"), "success");
  EXPECT_FALSE(runner.output("checkpoint").empty());
  EXPECT_TRUE(fs::exists(runner.output("sarif-file")));
  EXPECT_THAT(runner.summary(), HasSubstr("Outcome: success"));
}

TEST(DeployAction, EndsBeforeAnythingIsTouchedWhenRowsAreInTheWay) {
  const ProjectStage stage("unique_violation");
  const auto prisma = stage.prisma_content();
  Runner runner(stage);
  EXPECT_EQ(runner.run(), "Check the pending migrations") << runner.last();
  EXPECT_EQ(runner.last().exit_code, 1);
  const auto sarif = json::parse(read_text(runner.output("sarif-file")));
  EXPECT_EQ(sarif.at("version"), "2.1.0");
  EXPECT_FALSE(sarif.at("runs").at(0).at("results").empty());
  EXPECT_THAT(runner.summary(), HasSubstr("shift_signups"));
  EXPECT_EQ(stage.prisma_content(), prisma);
}

TEST(DeployAction, SaysWhichToolIsMissing) {
  const ProjectStage stage;
  Runner runner(stage);
  runner.input("tools") = "/var/empty";
  EXPECT_EQ(runner.run(), "Find the tools");
  EXPECT_THAT(runner.last().out, HasSubstr("::error::safety-preflight is not on PATH"));
}

}  // namespace
}  // namespace safety::testing
