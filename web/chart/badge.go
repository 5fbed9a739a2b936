package chart

import (
	"fmt"
	"html/template"
	"unicode/utf8"
)

// Badge draws two words side by side, the right one on a colour, for foreign pages:
// out of reach of any style sheet.
func Badge(left, right, colour string) string {
	a, b := textWidth(left)+14, textWidth(right)+14
	left, right = template.HTMLEscapeString(left), template.HTMLEscapeString(right)
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="20" role="img" aria-label="%[4]s: %[5]s">`+
		`<title>%[4]s: %[5]s</title><rect width="%[1]d" height="20" rx="3" fill="#3b3b3b"/>`+
		`<path d="M%[2]d 0h%[7]dq3 0 3 3v14q0 3-3 3h-%[7]dz" fill="%[6]s"/>`+
		`<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">`+
		`<text x="%[3]d" y="14">%[4]s</text><text x="%[8]d" y="14">%[5]s</text></g></svg>`,
		a+b, a, a/2, left, right, colour, b-3, a+b/2)
}

// textWidth guesses the width in pixels at 11 px: a badge must not load a font
// to measure with. Wide characters take a whole em.
func textWidth(s string) int {
	w := 0
	for _, r := range s {
		if utf8.RuneLen(r) > 2 {
			w += 11
		} else {
			w += 7
		}
	}
	return w
}
