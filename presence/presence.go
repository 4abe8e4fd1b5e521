// Package presence is the presence agent: the line-state hub, subscriptions and
// policy. Its core is a pure step function without I/O and without a clock.
package presence
