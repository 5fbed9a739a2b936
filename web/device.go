package web

import (
	"time"

	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/timeline"
)

// Readings is what the pages read of the past of devices.
type Readings interface {
	// Series returns the series that a device has or had.
	SeriesOf(id device.ID) []device.Series
	// Readings returns the readings of a series in the period, in order of time.
	Readings(s device.Series, p timeline.Period) ([]device.Reading, error)
	// ReadingHours and ReadingDays return the summaries that touch the period, in UTC.
	ReadingHours(s device.Series, p timeline.Period) ([]ReadingSum, error)
	ReadingDays(s device.Series, p timeline.Period) ([]ReadingSum, error)
}

// ReadingSum sums up the known readings of an hour or a day.
type ReadingSum struct {
	Start               time.Time
	Length              time.Duration
	Known, Void         int
	Min, Mean, Max, P95 float64
}

// Reviews changes capacity reviews for people. Its errors are told to the caller; a
// Refusal is the caller's own mistake.
type Reviews interface {
	ChangeReview(id string, c ReviewChange, now time.Time) (device.Review, error)
}

// ReviewChange is what somebody asks of a review: a decision, an owner, or a comment,
// the first of these that is stated.
type ReviewChange struct {
	Decision string     `json:"decision,omitempty"`
	Owner    string     `json:"owner,omitempty"`
	Due      *time.Time `json:"due,omitempty"` // with an owner; as before when missing
	Comment  string     `json:"comment,omitempty"`
	By       string     `json:"by,omitempty"`
}
