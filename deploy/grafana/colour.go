package main

// The colours are those of slamon's own pages, chosen from Okabe and Ito's palette
// so that people who cannot tell red from green can tell good from bad. Text, and
// not the colour alone, always says the state.
const (
	good     = "#12926f"
	warning  = "#e69f00"
	bad      = "#d1560a"
	nothing  = "#98a2a9" // unknown: neither good nor bad
	neutral  = "#56b4e9" // a figure without judgement
	neutral2 = "#cc79a7"
	neutral3 = "#0072b2"
	// Verdicts stand in white on their colours, and the two lighter ones are darkened
	// until that can be read.
	onWarning = "#a87200"
	onNothing = "#6b757c"
)

// Verdicts as numbers, so that a state timeline can draw them. The order is that
// of how good they are.
var verdicts = []struct {
	label, text, color string
}{
	{"met", "met", good},
	{"met_if_unknown_alike", "met if unknown time was alike", neutral3},
	{"cannot_tell", "cannot tell", onNothing},
	{"breached", "breached (95 %)", onWarning},
	{"breached_certain", "breached for certain", bad},
}

// verdictText maps the label of a verdict to words.
func verdictText() mapping {
	words := map[string]shown{}
	for i, v := range verdicts {
		words[v.label] = shown{v.text, v.color, i}
	}
	return mapping{"value", words}
}

// verdictNumber maps the number of a verdict to words.
func verdictNumber() mapping {
	words := map[string]shown{}
	for i, v := range verdicts {
		words[string(rune('1'+i))] = shown{v.text, v.color, i}
	}
	return mapping{"value", words}
}

// checkState maps check_up + check_degraded to words. Unknown has no number: the
// series ends, and the timeline shows a gap.
func checkState() mapping {
	return mapping{"value", map[string]shown{
		"0": {"down", bad, 0},
		"1": {"up", good, 1},
		"2": {"degraded", warning, 2},
	}}
}

// yesNo maps 1 and 0 to words.
func yesNo(yes, yesColor, no, noColor string) mapping {
	return mapping{"value", map[string]shown{
		"0": {no, noColor, 0},
		"1": {yes, yesColor, 1},
	}}
}
