// Package conf is the configuration: an immutable tree of lines, commits that
// say what changed, the running-config writer, and bindings that carry the tree
// to the agents. It knows the grammar and nothing else.
package conf
