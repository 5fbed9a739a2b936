package sla

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/slamon/slamon/check"
)

// Combine says when a service made of several checks is down: one of the words
// below, or how many have to be down, such as "2 of 3 down". The zero value is
// AnyDown.
type Combine string

// The ways to combine checks.
const (
	AnyDown Combine = "any_down" // down while at least one check is down: every part is needed
	AllDown Combine = "all_down" // down only while all checks are down: the parts replace each other
	// Mean counts each check by itself and takes the mean, by Claim.Weights: while a
	// part is down the service is down in proportion to the part's weight.
	Mean Combine = "mean"
)

// MaxWeight bounds the weight of a check: finer shares than a thousandth are no
// longer a matter of judgement.
const MaxWeight = 1000

// ParseCombine reads a way to combine so many checks. Beside the words there is
// "2 of 3 down" (down while at least two are), and "2 of 3 up" (up while at least
// two are), which is kept as what it says of being down.
func ParseCombine(text string, checks int) (Combine, error) {
	switch c := Combine(text); c {
	case AnyDown, AllDown, Mean:
		return c, nil
	}
	words := strings.Fields(text)
	if len(words) == 3 && words[1] == "of" {
		return "", fmt.Errorf("%q does not say of what: \"%s down\" is down while so many are down, \"%s up\" is up while so many are up", text, text, text)
	}
	if len(words) != 4 || words[1] != "of" || words[3] != "down" && words[3] != "up" {
		return "", fmt.Errorf("%q: want any_down, all_down, mean, or how many have to be down or up, such as \"2 of 3 down\"", text)
	}
	n, errN := strconv.Atoi(words[0])
	m, errM := strconv.Atoi(words[2])
	switch {
	case errN != nil || errM != nil:
		return "", fmt.Errorf("%q: want whole numbers, such as \"2 of 3 down\"", text)
	case m != checks:
		return "", fmt.Errorf("%q speaks of %s, and there %s", text, checkCount(m), isAre(checks))
	case n < 1 || n > m:
		return "", fmt.Errorf("%q: want a number from 1 to %d before \"of\"", text, m)
	}
	if words[3] == "up" {
		n = m - n + 1
	}
	return quorum(n, m), nil
}

func checkCount(n int) string {
	if n == 1 {
		return "1 check"
	}
	return fmt.Sprintf("%d checks", n)
}

func isAre(n int) string {
	if n == 1 {
		return "is 1"
	}
	return fmt.Sprintf("are %d", n)
}

func quorum(n, m int) Combine { return Combine(fmt.Sprintf("%d of %d down", n, m)) }

// Need returns how many of m checks have to be down for the service to be down; 0
// for Mean, where each counts in part.
func (c Combine) Need(m int) int {
	switch c {
	case AnyDown, "":
		return 1
	case AllDown:
		return m
	case Mean:
		return 0
	}
	n, err := strconv.Atoi(strings.SplitN(string(c), " ", 2)[0])
	if err != nil {
		return 1
	}
	return max(1, min(n, m))
}

// Weight returns how much a check counts in a mean.
func (c *Claim) Weight(id check.ID) int {
	if w, ok := c.Weights[id]; ok && w > 0 {
		return w
	}
	return 1
}
