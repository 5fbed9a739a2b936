// Package report reads and writes what people and other programs hold in their
// hands: raw results and maintenance as CSV, and verdicts as text and JSON.
//
// Results go out as CSV and come back in with nothing lost that a verdict rests
// on, so that anybody can recompute a figure from an exported file with
// `slamon judge`. A file that cannot be understood is refused with the number of
// the line and a remedy; nothing is skipped silently.
package report
