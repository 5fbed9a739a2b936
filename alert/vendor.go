package alert

import "time"

// Telling is when and where a vendor told its users of an outage.
type Telling struct {
	Where string `json:"where"` // "web", "mail", …: each is judged by itself
	// NotSeen is the last look at which it was not there, Seen the first at which it
	// was. They are the same when a person enters the time that the vendor states.
	NotSeen time.Time `json:"not_seen,omitzero"`
	Seen    time.Time `json:"seen"`
	Act
}

// The sheet's promises about telling users: detection within the vendor's own
// interval (row 54), and the news within an hour of it.
const (
	VendorInterval = 5 * time.Minute
	VendorWindow   = time.Hour
)

// Promptness says whether the vendor told its users in time.
type Promptness string

// The answers of Prompt.
const (
	PromptMet        Promptness = "met"
	PromptBreached   Promptness = "breached"
	PromptCannotTell Promptness = "cannot_tell"
	PromptNotDue     Promptness = "not_applicable" // too short to be detected, or announced work
	PromptOpen       Promptness = "not_yet"        // nothing was told, and there is still time
)

// Delay is between the vendor's detection and its news. The detection is not known;
// it lies between the begin of the outage and the end of the vendor's interval.
type Delay struct {
	Answer Promptness    `json:"answer"`
	Low    time.Duration `json:"-"`
	High   time.Duration `json:"-"`           // without meaning unless Known
	Known  bool          `json:"known_begin"` // the last good probe before the outage is known
}

// Outage is what is known of an outage when its telling is judged.
type Outage struct {
	LastGood time.Time // before it; zero when unknown
	FirstBad time.Time
	Ended    time.Time // first good probe after it; zero while it lasts or when unknown
	Planned  bool      // inside announced maintenance
}

// Prompt judges one telling, or none when t is nil, at now. It began in (g0, b1] and
// was told in (p0, p1], so the delay lies in [p0 − (b1 + 5 min), p1 − g0].
func Prompt(o Outage, t *Telling, now time.Time) Delay {
	d := Delay{Known: !o.LastGood.IsZero()}
	if o.Planned || !o.Ended.IsZero() && d.Known && o.Ended.Sub(o.LastGood) < VendorInterval {
		d.Answer = PromptNotDue
		return d
	}
	latest := o.FirstBad.Add(VendorInterval)
	if t == nil {
		d.Low = now.Sub(latest)
		d.Answer = PromptOpen
		if d.Low > VendorWindow {
			d.Answer = PromptBreached
		}
		return d
	}
	notSeen := t.NotSeen
	if notSeen.IsZero() || notSeen.After(t.Seen) {
		notSeen = t.Seen
	}
	d.Low = notSeen.Sub(latest)
	if d.Known {
		d.High = t.Seen.Sub(o.LastGood)
	}
	switch {
	case d.Known && d.High <= VendorWindow:
		d.Answer = PromptMet
	case d.Low > VendorWindow:
		d.Answer = PromptBreached
	default:
		d.Answer = PromptCannotTell
	}
	return d
}
