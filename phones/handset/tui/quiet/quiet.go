// Package quiet keeps terminals from being asked for their colors. Bubbletea asks
// while its package is initialised, so in every program that can show a phone,
// whether it does or not; a terminal that does not answer costs five seconds and
// the keys typed meanwhile, and prints the question.
//
// Go initialises the packages that are ready in the order of their import paths.
// This one needs lipgloss and no more, and its path sorts before bubbletea's, so it
// answers before bubbletea can ask. TestNoQuestions (cmd/busylamp) sees that it does.
package quiet

import "github.com/charmbracelet/lipgloss"

func init() { lipgloss.SetHasDarkBackground(true) }
