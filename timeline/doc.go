// Package timeline turns sorted results into time.
//
// Neighbouring results of one state form a Stretch: the compressed record that
// a store keeps and from which every figure can be computed without reading raw
// results again. A year of a healthy check is one stretch.
//
// From stretches come Runs, the failures with their last good probe before and
// first good probe after, and Spans, which cover a period without gap or overlap
// and sum to it to the nanosecond: every moment is up, degraded, down, excluded
// (announced maintenance) or unknown. Time is never invented: a pause between two
// results longer than 2.5 base intervals is unknown, and so are the pauses on
// both sides of an unknown result. At the borders of a period, where no result
// lies beyond, a pause of 1.5 base intervals still belongs to the result beside it.
//
// Account is what one series says about one period: runs, unknown time, counts. It
// is what a verdict is made of. Set is time made of periods, with its algebra.
//
// The package is pure: no clock, no files.
package timeline
