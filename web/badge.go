package web

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/web/chart"
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
	figure, answer := "", sla.Answer("")
	if c != nil {
		figure, answer = c.Claim.Availability.String(), c.Answer
	} else if r, _ := findResponse(b, sla.ClaimID(name)); r != nil {
		figure, answer = r.Claim.Promise.String(), r.Answer
	}
	if figure == "" || !isSVG {
		fail(w, http.StatusNotFound, fmt.Sprintf("no claim is named %q: want /badge/CLAIM.svg", name))
		return
	}
	l := languageOf(r)
	h := w.Header()
	h.Set("Content-Type", "image/svg+xml; charset=utf-8")
	h.Set("Cache-Control", "max-age=60")
	h.Set("Vary", "Accept-Language")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	fmt.Fprint(w, chart.Badge(figure, l.answer(answer), badgeColours[cmp.Or(answer, sla.CannotTell)]))
}
