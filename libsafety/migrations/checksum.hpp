#pragma once
// Whether a migration's file is the one whose SHA-256 a tool wrote down when it applied it.

#include <string>

namespace safety::migrations {

/// True when the stored checksum is that of the text: as it is, with its line ends the other way (a checkout may turn them), or in the
/// form without leading zeros that early versions of Prisma wrote.
bool is_checksum_of(const std::string& stored, const std::string& sql);

}  // namespace safety::migrations
