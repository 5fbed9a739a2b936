// Package config reads slamon's file and hands out ground-floor values, or all
// complaints at once.
//
// The file is TOML. Reading it takes three steps:
//
//	bytes → tree (every value with its place) → mirror types (every key typed) → Config
//
// A mirror type is a struct that looks like a table of the file; its fields
// remember where they stood, so that a limit that only shows when two keys are
// held together (a timeout longer than its interval) is still reported with its
// line. No step stops at the first mistake: unknown keys, wrong types and
// senseless values of the whole file come as one Complaints, each with file,
// line, column, what was found and a remedy to type. Only a syntax error ends
// the reading at once, because nothing after it can be trusted.
//
// Secrets stand in files or in the environment, never in the file itself. No
// complaint, warning or dump shows one, not even one that was put in the wrong
// place.
package config
