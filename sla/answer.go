package sla

import "strings"

// Words is the answer as people say it.
func (a Answer) Words() string {
	switch a {
	case BreachedCertain:
		return "breached for certain"
	case Breached:
		return "breached (95 %)"
	case MetIfUnknownAlike:
		return "met if the unknown time was like the rest"
	}
	return strings.ReplaceAll(string(a), "_", " ")
}
