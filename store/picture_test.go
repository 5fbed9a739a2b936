package store

import (
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
)

// TestPicture keeps what a browser showed beside the evidence, and only the first of
// a burst.
func TestPicture(t *testing.T) {
	path := testPath(t)
	s := openTest(t, path, Options{NoSync: true})
	png := strings.Repeat("\x89PNG", 1000)
	shows := func(id check.ID, i int, picture string) {
		r := result(id, t0.Add(time.Duration(i)*time.Second), check.Down, check.ReasonContent, time.Second, "page "+strings.Repeat("x", i))
		r.Detail.Picture, r.Detail.Console = picture, strings.Repeat("é", check.ConsoleLimit)
		s.Append(r, time.Second)
		mustSync(t, s)
	}
	for i := range 10 {
		shows("web", i, png)
	}
	shows("large", 0, strings.Repeat("x", check.PictureLimit+1))
	shows("none", 0, "")
	kept, err := s.Evidence("web", always, 100)
	if err != nil || len(kept) != 10 {
		t.Fatalf("%d pieces, %v; want 10", len(kept), err)
	}
	for i, e := range kept {
		got, err := s.Picture("web", e.Sent)
		if want := i < pictureBurst; err != nil || e.Pictured != want || want && string(got) != png || !want && got != nil {
			t.Errorf("piece %d: pictured %t, %d bytes, %v", i, e.Pictured, len(got), err)
		}
		if len(e.Evidence.Console) > check.ConsoleLimit || e.Evidence.Picture != "" {
			t.Errorf("piece %d: a console of %d bytes, a picture of %d", i, len(e.Evidence.Console), len(e.Evidence.Picture))
		}
	}
	for _, id := range []check.ID{"large", "none", "never"} {
		if got, err := s.Picture(id, t0); got != nil || err != nil {
			t.Errorf("%s: a picture of %d bytes, %v", id, len(got), err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(t.Context(), path); err != nil {
		t.Error(err)
	}
}
