"""Trainings that are stopped, killed and resumed on real servers, and what must hold afterwards."""
