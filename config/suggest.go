package config

import "strings"

// closest returns the candidate that word was probably meant to be: the one
// with the fewest edits, if these are at most a third of the word's length (one
// in a short word, none in a single letter).
func closest(word string, candidates []string) (string, bool) {
	word = strings.ReplaceAll(strings.ToLower(word), "-", "_")
	best, edits := "", min(max(1, len(word)/3), len(word)-1)+1
	for _, c := range candidates {
		if d := distance(word, strings.ToLower(c)); d < edits {
			best, edits = c, d
		}
	}
	return best, best != ""
}

// maxCompared bounds the words whose distance is computed; no key of ours is
// half as long, and the work grows with the product of the lengths.
const maxCompared = 64

// distance counts the edits between two words: insertions, deletions,
// replacements, and swaps of neighbours, which are what fingers do most
// (optimal string alignment).
func distance(a, b string) int {
	if len(a) > maxCompared || len(b) > maxCompared {
		return maxCompared
	}
	var last, row [maxCompared + 1]int
	next := [maxCompared + 1]int{}
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], last[j-2]+1)
			}
		}
		last, row = row, next
	}
	return row[len(b)]
}
