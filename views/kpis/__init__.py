"""The KPI page: volume, age, burn-down, cycle time, money and hours of exceptions, and the rows behind."""
