#pragma once
// What tests share: a throw-away cluster, a database per test, running tools, comparing databases.
