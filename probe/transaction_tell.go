package probe

import (
	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

// begins tells whoever watches that a step begins.
func (r *txRun) begins(s *txStep, a *ask) {
	if r.tell == nil {
		return
	}
	r.tell(StepEvent{Number: s.number, Of: s.of, Name: s.Name, Cleanup: s.cleanup, Request: r.masks.hide(a.method + " " + shown(a.url))})
}

// tellDone tells how a step went.
func (r *txRun) tellDone(t *trace, s *txStep, reused bool, bytes int64, o check.Outcome) {
	e := StepEvent{
		Number: s.number, Of: s.of, Name: s.Name, Cleanup: s.cleanup, Done: true,
		State: o.State, Took: o.Took, Reused: reused, Status: r.masks.hide(line(t.status)), Bytes: bytes,
	}
	if d := o.Detail; d != nil && o.State != check.Up {
		e.Sentence, e.Want, e.Got, e.Body = r.masks.hide(d.Sentence), r.masks.hide(d.Want), r.masks.hide(d.Got), r.masks.hide(d.Body)
	}
	for _, c := range s.Capture {
		v, ok := r.values[c.Name]
		switch {
		case !ok:
			continue
		case c.Secret:
			v = secret.Placeholder
		}
		e.Captured = append(e.Captured, c.Name+" = "+r.masks.hide(line(v)))
	}
	r.tell(e)
}

// skip notes a clean-up step that has nothing to clean up: the value that it needs
// was never captured.
func (r *txRun) skip(s *txStep, missing string) {
	why := "${" + missing + "} was not captured"
	r.report.lines = append(r.report.lines, s.Name+" not made: "+why)
	if r.tell != nil {
		r.tell(StepEvent{Number: s.number, Of: s.of, Name: s.Name, Cleanup: true, Done: true, Skipped: why})
	}
}
