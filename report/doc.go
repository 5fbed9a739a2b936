// Package report reads and writes what people and other programs hold in their
// hands: raw results and maintenance as CSV, verdicts as text and JSON, reports on a
// claim and a period, and the disclosure sheet row by row.
//
// Results go out as CSV and come back in with nothing lost that a verdict rests
// on, so that anybody can recompute a figure from an exported file with
// `slamon judge`. A file that cannot be understood is refused with the number of
// the line and a remedy; nothing is skipped silently.
//
// A report is made in two steps. Make judges the period and gathers what belongs to
// it into a Document: figures with and without maintenance, months, incidents, what
// was not measured and why. Its Write puts that into words, English or Japanese, and
// into one of four forms; the page is one file that asks for nothing else and prints
// on A4.
//
// Beside our own figures stand those of other places: the same claim held to what each
// of them saw, and to all of it put together where the claim says how many have to see a
// failure. A report on response times, of MakeResponses, is made in the same two steps.
//
// A Sheet holds each statement of a vendor's disclosure sheet against the history of a
// claim, the value of a guideline, or a document on file. Guideline values are data,
// in directory guideline, each with a flag that says whether it was read in a source.
package report
