package web

import (
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// badgeColours fit white text at a contrast of 4.5 and differ in lightness, for
// eyes that do not tell red from green. A badge stands on foreign pages, out of
// reach of our style sheet.
var badgeColours = map[sla.Answer]string{
	sla.Met:               "#00694e",
	sla.MetIfUnknownAlike: "#3f6f8f",
	sla.BreachedCertain:   "#a33c00",
	sla.Breached:          "#a33c00",
	sla.CannotTell:        "#595959",
}

// badge draws the verdict on a claim as a small picture for other pages.
func (s *server) badge(w http.ResponseWriter, r *http.Request, b *status.Board) {
	name, isSVG := strings.CutSuffix(r.PathValue("file"), ".svg")
	c, _ := findClaim(b, sla.ClaimID(name))
	if c == nil || !isSVG {
		fail(w, http.StatusNotFound, fmt.Sprintf("no claim is named %q: want /badge/CLAIM.svg", name))
		return
	}
	l := languageOf(r)
	h := w.Header()
	h.Set("Content-Type", "image/svg+xml; charset=utf-8")
	h.Set("Cache-Control", "max-age=60")
	h.Set("Vary", "Accept-Language")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	fmt.Fprint(w, drawBadge(c.Claim.Availability.String(), l.answer(c.Answer), badgeColours[c.Answer]))
}

func drawBadge(left, right, colour string) string {
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
