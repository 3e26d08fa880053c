#include "libsafety/migrations/prisma_schema.hpp"

#include "tests/testing/testing.hpp"

namespace safety::migrations {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kSource = R"(generator client {
  provider = "prisma-client-js"
}
/* a comment
   over lines: model Ghost { */
model Location {
  id       Int     @id
  province String? @map("province_code") @db.VarChar(2) // @map("not_this")
  url      String  @default("http://x") @unique(map: "location_url")
  ownerId  Int
  owner    User    @relation("Owner", fields: [ownerId], references: [id],
                             map: "fk_owner")
  tags     Tag[]
  @@index([
    province,
    url(sort: Desc)
  ], map: "by_province")
  @@map("locations")
  @@schema("geo")
}

enum Role {
  ADMIN @map("admin")
  USER
  @@map("role")
}
view Report {
  id Int @unique
})";

TEST(PrismaSchema, IsBlocksWithTheirLines) {
  const auto blocks = read_prisma_blocks(kSource);
  std::vector<std::string> found;
  for (const auto& block : blocks) found.push_back(block.kind + " " + block.name + " " + block.mapped + ":" + std::to_string(block.line));
  EXPECT_THAT(found, ElementsAre("model Location locations:6", "enum Role role:22", "view Report Report:27"));
  const auto& location = blocks[0];
  EXPECT_EQ(location.schema, "geo");
  found.clear();
  for (const auto& field : location.fields) found.push_back(field.name + " " + field.column + " " + field.type + (field.is_list ? "[]" : "") + ":" + std::to_string(field.line));
  EXPECT_THAT(found, ElementsAre("id id Int:7", "province province_code String:8", "url url String:9", "ownerId ownerId Int:10", "owner owner User:11", "tags tags Tag[]:13"));
  EXPECT_EQ(location.fields[4].relation_name, "Owner");
  EXPECT_EQ(argument_of(location.fields[4].text, "map"), "fk_owner");
  EXPECT_EQ(argument_of(location.fields[2].text, "map"), "location_url");
  EXPECT_EQ(join_table_of(location, location.fields[5]), "_LocationToTag");
  ASSERT_EQ(location.attributes.size(), 1U);
  EXPECT_EQ(location.attributes[0].line, 14);
  EXPECT_THAT(listed_fields(location.attributes[0].text), ElementsAre("province", "url"));
  EXPECT_EQ(argument_of(location.attributes[0].text, "map"), "by_province");
  EXPECT_EQ(blocks[1].fields[0].column, "admin");
}

TEST(PrismaSchema, IsReadAsFarAsItGoes) {
  EXPECT_THAT(read_prisma_blocks(""), IsEmpty());
  EXPECT_THAT(read_prisma_blocks("}\n}{\n@@@\n"), IsEmpty());
  const auto blocks = read_prisma_blocks("model Open {\n  id Int @default(dbgenerated(\"(\"))\n  x [(\n  y Int");
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].fields.size(), 1U);
  EXPECT_THAT(listed_fields("@@index(["), IsEmpty());
  EXPECT_THAT(listed_fields("@@index"), IsEmpty());
  EXPECT_EQ(argument_of("@@index([a], remap: \"x\")", "map"), "");
  EXPECT_EQ(argument_of("map:", "map"), "");
}

}  // namespace
}  // namespace safety::migrations
