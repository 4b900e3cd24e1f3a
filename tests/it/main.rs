mod line_samples;
