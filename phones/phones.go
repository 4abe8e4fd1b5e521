// Package phones holds devices, directory numbers and their registrations, and
// publishes the state of each line.
package phones
