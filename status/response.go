package status

import (
	"time"

	"github.com/slamon/slamon/sla"
)

// Response is one claim on response time, judged over its own window and over rolling
// ones. Its Answer is empty until it was judged for the first time.
type Response struct {
	sla.ResponseVerdict
	At      time.Time // when it was judged: counting takes longer than making a board
	Rolling []RollingResponse
}

// RollingResponse is the verdict over the time that ends now.
type RollingResponse struct {
	Name string // as of Windows
	sla.ResponseVerdict
}

// Usual is what is known of the usual response time of a check.
type Usual struct {
	Range *sla.Usual // nil while too little is known
	// Median and High are the usual range at the moment of the board, zero where too
	// little is known of the hour of the week.
	Median, High time.Duration
	Unusual      bool          // the range was left for long
	Since        time.Time     // zero unless Unusual
	Recent       time.Duration // median of the answers of late; zero while there are too few
	Rule         sla.UsualRule
}
